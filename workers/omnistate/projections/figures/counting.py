"""Figures counted into two tables: what is remembered of conversations, and windows of counts.

The tables are mappings, whoever keeps them (Faust's tables; dicts in tests). They are written while
a change is taken and at no other time, so that Faust knows which partition a row is of. No I/O.

These figures lose a little rather than stop, and are never authoritative: at least once, what is in
flight when a worker dies may be missing or count twice; the changes can be counted again.
"""

from collections import Counter as Tally
from collections.abc import Callable, Collection, MutableMapping
from typing import Any, Final, Literal

from omnistate_schemas.applicability import KIND_OF
from omnistate_schemas.read_change import ReadChange

from omnistate.core.kinds import TRAITS
from omnistate.core.row_version import WRITABLE
from omnistate.projections.expiry import Expiry
from omnistate.projections.figures.change_reading import happened_ms
from omnistate.projections.figures.counting_rows import (
    CountsRow,
    MemoryRow,
    decode_counts,
    decode_memory,
    encode_counts,
    encode_memory,
)
from omnistate.projections.figures.service_figures import (
    Counts,
    add_counts,
    count_change,
    remember_hand_over,
)
from omnistate.projections.figures.windows import KEPT_S, WINDOW_S, PartitionCounts, Segment

# A closed conversation is remembered for a day, as long as the engine remembers it by default.
REMEMBERED_MS: Final = 86_400_000
Outcome = Literal["counted", "repeated", "missed", "left_out", "too_late"]
# A place, and the window: from and to, in seconds.
WindowKey = tuple[tuple[int, str, str], tuple[float, float]]


class Counting:
    """Counts changes of any number of partitions; `tally` says what became of them."""

    def __init__(
        self,
        conversations: MutableMapping[str, list[Any]],
        windows: MutableMapping[WindowKey, list[Any]],
        window_at: Callable[[float], tuple[float, float]],
        threshold_ms: Callable[[str | None], int],
        segment_of: Callable[[str, str | None], tuple[str, str]],
        row_version: int | None = None,
    ) -> None:
        """`window_at` gives the window of a time in seconds, `threshold_ms` a queue's threshold.

        `segment_of` says under which workstream and queue (none: empty) counts are kept. Rows are
        written in `row_version` at least; None = in that of the newest row that was read back, or
        the oldest that can be written.
        """
        self.tally: Tally[Outcome] = Tally()
        self._conversations = conversations
        self._windows = windows
        self._window_at = window_at
        self._threshold_ms = threshold_ms
        self._segment_of = segment_of
        self._version = row_version or WRITABLE[0]
        self._closed: Expiry[str] = Expiry()
        self._over: Expiry[WindowKey] = Expiry()

    def take(self, change: ReadChange, at_ms: int, partition: int, now_ms: int) -> None:
        """Count a change of `at_ms` that lies in `partition`, read at `now_ms`.

        It counts when it happened: a window that is over is corrected for as long as it is kept.
        """
        self._expire(partition, at_ms, now_ms)
        if not TRAITS[KIND_OF[change.channel]].counted:
            self.tally["left_out"] += 1
            return
        row = self._conversations.get(change.conversation_id)
        memory = None if row is None else decode_memory(row).memory
        on_ms = happened_ms(change, at_ms)
        counted = count_change(change, on_ms, memory, self._threshold_ms(change.queue_id))
        if counted is None:
            self.tally["repeated"] += 1
            return
        self.tally["counted"] += 1
        if counted.missed:
            self.tally["missed"] += counted.missed
        if counted.additions and on_ms < now_ms - KEPT_S * 1_000:
            self.tally["too_late"] += 1
        else:
            for queue_id, counts in counted.additions:
                place = (partition, *self._segment_of(change.workstream_id, queue_id))
                self._add(place, on_ms, counts)
        memory = remember_hand_over(change, at_ms, on_ms, counted.memory)
        if memory.closed_ms is not None:
            # Forgotten by the partition's clock, however long ago it happened.
            memory = memory._replace(closed_ms=at_ms)
            self._closed.add(partition, at_ms + REMEMBERED_MS, change.conversation_id)
        # With the partition: Faust's store does not say whose a row is.
        remembered = MemoryRow(self._version, partition, memory)
        self._conversations[change.conversation_id] = encode_memory(remembered)

    def recovered(self) -> None:
        """The tables have been read back: find out what of them is over when. Raises NewerVersion.

        Rows of a newer version are not gone back on: others of its release may be at work.
        """
        self._closed.clear()
        for conversation_id, row in self._conversations.items():
            version, partition, memory = decode_memory(row)
            self._version = max(self._version, version)
            if memory.closed_ms is not None:
                self._closed.add(partition, memory.closed_ms + REMEMBERED_MS, conversation_id)
        self._over.clear()
        for key, window in self._windows.items():
            self._version = max(self._version, decode_counts(window).version)
            self._note_window(key)

    def parts(self, partitions: Collection[int], now_s: float) -> list[PartitionCounts]:
        """What these partitions have counted in the windows that still matter at `now_s`."""
        return [
            PartitionCounts(Segment(*place), int(start_s), decode_counts(row).counts)
            for (place, (start_s, _)), row in self._windows.items()
            if place[0] in partitions and start_s >= now_s - KEPT_S - WINDOW_S
        ]

    def _add(self, place: tuple[int, str, str], at_ms: int, counts: Counts) -> None:
        key = (place, self._window_at(at_ms / 1_000))
        known = self._windows.get(key)
        if known is None:
            self._note_window(key)
        # A new object: a row that is changed in place would not be written to the changelog.
        sums = add_counts({} if known is None else decode_counts(known).counts, counts)
        self._windows[key] = encode_counts(CountsRow(self._version, sums))

    def _note_window(self, key: WindowKey) -> None:
        (partition, _, _), (start_s, _) = key
        self._over.add(partition, round((start_s + WINDOW_S + KEPT_S) * 1_000), key)

    def _expire(self, partition: int, at_ms: int, now_ms: int) -> None:
        for conversation_id in self._closed.take(partition, at_ms):
            self._conversations.pop(conversation_id, None)
        for key in self._over.take(partition, now_ms):
            self._windows.pop(key, None)
