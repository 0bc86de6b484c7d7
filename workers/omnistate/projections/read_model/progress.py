"""How one partition of this worker stands: what the store says of it, and how far it has to go.

It keeps and tells numbers; it reads and applies nothing.
"""

from collections.abc import Iterable, Mapping

from omnistate.projections.read_model.partition_role import Role, neighbour
from omnistate.projections.read_model.projection_observer import ProjectionObserver
from omnistate.projections.read_model.store_ports import Bounds, Source, TopicPartition
from omnistate.projections.read_model.stream_effects import STREAM_LENGTH


class PartitionProgress:
    """One partition that the group has given to this worker."""

    def __init__(self, place: TopicPartition) -> None:
        """Nothing is known of it yet."""
        self.place = place
        # Whether `expected` is what the store said last and the source reads on from there.
        self.known = False
        self.expected: int | None = None
        self.caught_up = False
        self.role: Role | None = None
        self.start = self.target = self.reached = 0
        # Older changes are no news: they are left out of the stream.
        self.stream_from = 0
        # Append times of the oldest record in hand and of the newest one applied.
        self.oldest_ms: int | None = None
        self.latest_ms: int | None = None
        self._began = False

    def settle(self, role: Role, stored: int | None, bounds: Bounds) -> int | None:
        """Go by what the store says; the offset to read on from, None = not yet."""
        self.role = role
        if role is Role.HELD:
            # Where there is nothing, there is nothing to wait for.
            self.caught_up = bounds.end == 0
            return None
        start = bounds.beginning if stored is None else max(stored, bounds.beginning)
        self.stream_from = max(0, bounds.end - STREAM_LENGTH)
        if role is Role.STREAM:
            start = max(start, self.stream_from)
        if not self._began or start < self.reached:
            self._began = True
            self.start, self.target = start, bounds.end
            self.caught_up = start >= bounds.end
        self.reached = start
        self.expected = stored
        self.oldest_ms = None
        self.known = True
        return start

    def tell_start(
        self, observer: ProjectionObserver, stored: int | None, bounds: Bounds, *, again: bool
    ) -> None:
        """Tell of a rebuild, or of records that are gone; the stream does without old ones."""
        if self.role is Role.STREAM:
            return
        if stored is None and bounds.end > bounds.beginning:
            observer.rebuilding(self.place, bounds.end - bounds.beginning, again=again)
        elif stored is not None and stored < bounds.beginning:
            observer.gone(self.place, bounds.beginning - stored)

    def advance(self, next_offset: int) -> None:
        """A batch was applied."""
        self.expected = self.reached = next_offset

    @property
    def held(self) -> bool:
        """Whether another partition has to come first."""
        return self.role is Role.HELD

    def is_open(self, *, now: bool) -> bool:
        """Whether the store is to be asked where it stands; where it is held, only now and then."""
        return not self.known and (now or not self.held)

    @property
    def ready(self) -> bool:
        """Whether what there was when it was taken has been applied, or is another's to apply."""
        return self.caught_up and (self.known or self.held)

    @property
    def without(self) -> TopicPartition | None:
        """Which partition must not have begun, or nothing of this one may be applied."""
        return neighbour(self.place) if self.role is Role.CARRIED else None

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


def sum_progress(standings: Iterable[PartitionProgress]) -> tuple[int, int]:
    """The progress of all of them together."""
    parts = [each.progress for each in standings]
    return sum(done for done, _ in parts), sum(total for _, total in parts)


def find_lags(
    standings: Mapping[TopicPartition, PartitionProgress], source: Source, now_ms: int
) -> dict[TopicPartition, tuple[int, float]]:
    """How far each partition is behind, in offsets and in seconds."""
    found = {}
    for place, each in standings.items():
        backlog = source.backlog(place) if each.known else 0
        found[place] = (backlog, each.age_s(now_ms, backlog))
    return found
