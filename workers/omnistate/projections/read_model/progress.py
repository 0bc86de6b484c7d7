"""How one partition of this worker stands: what the store says of it, and how far it has to go.

Numbers only; it asks nobody.
"""

from omnistate.projections.read_model.conversation_effects import STREAM_LENGTH
from omnistate.projections.read_model.store_ports import Bounds, TopicPartition


class PartitionProgress:
    """One partition that the group has given to this worker."""

    def __init__(self, place: TopicPartition) -> None:
        """Nothing is known of it yet."""
        self.place = place
        # Whether `expected` is what the store said last and the source reads on from there.
        self.known = False
        self.expected: int | None = None
        self.caught_up = False
        self.start = self.target = self.reached = 0
        # Older changes are no news: they are left out of the stream.
        self.stream_from = 0
        # Append times of the oldest record in hand and of the newest one applied.
        self.oldest_ms: int | None = None
        self.latest_ms: int | None = None
        self._began = False

    def settle(self, stored: int | None, bounds: Bounds) -> int:
        """Go by what the store says; the offset to read on from."""
        start = bounds.beginning if stored is None else max(stored, bounds.beginning)
        if not self._began or start < self.reached:
            self._began = True
            self.start, self.target = start, bounds.end
            self.caught_up = start >= bounds.end
        self.reached = start
        self.stream_from = max(0, bounds.end - STREAM_LENGTH)
        self.expected = stored
        self.oldest_ms = None
        self.known = True
        return start

    def advance(self, next_offset: int) -> None:
        """A batch was applied."""
        self.expected = self.reached = next_offset

    @property
    def progress(self) -> tuple[int, int]:
        """Offsets applied, and offsets that there were when the partition was taken."""
        total = self.target - self.start
        return (total if self.caught_up else min(self.reached - self.start, total)), total

    @property
    def ratio(self) -> float:
        """How far it has come, 0 to 1."""
        done, total = self.progress
        return done / total if total else 1.0

    def age_s(self, now_ms: int, backlog: int) -> float:
        """How old what is still to be applied is, at most; 0 where there is nothing."""
        oldest_ms = self.oldest_ms
        if oldest_ms is None and backlog > 0:
            # Nothing is in hand: the next one is younger than the last one.
            oldest_ms = self.latest_ms
        return 0.0 if oldest_ms is None else max(0, now_ms - oldest_ms) / 1_000
