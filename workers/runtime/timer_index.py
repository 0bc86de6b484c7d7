"""Which conversation has a timer due first: an index over rows, never the truth about deadlines.

The deadlines are in the rows. The index may hold a conversation's entry too early (then the row
says so and it is entered again), never too late.
"""

from heapq import heapify, heappop, heappush
from typing import Final

# How many entries may be out of date before it is worth clearing them away.
SPARE: Final = 1_000


class TimerIndex:
    """A heap of (deadline in ms, conversation id), with at most one valid entry a conversation."""

    __slots__ = ("_entered", "_heap")

    def __init__(self) -> None:
        """Start empty; `enter` every row that has a deadline."""
        self._heap: list[tuple[int, str]] = []
        self._entered: dict[str, int] = {}

    def __len__(self) -> int:
        """How many conversations are entered."""
        return len(self._entered)

    def enter(self, conversation_id: str, deadline_ms: int | None) -> None:
        """Make sure that the conversation comes up at `deadline_ms` or before; None = never."""
        entered_ms = self._entered.get(conversation_id)
        if deadline_ms is None:
            if entered_ms is not None:
                del self._entered[conversation_id]
        elif entered_ms is None or deadline_ms < entered_ms:
            self._entered[conversation_id] = deadline_ms
            heappush(self._heap, (deadline_ms, conversation_id))
            if len(self._heap) > 2 * len(self._entered) + SPARE:
                self._rebuild()

    def _rebuild(self) -> None:
        """Throw out entries that are no longer valid, so that memory follows the conversations."""
        self._heap = [(deadline_ms, id_) for id_, deadline_ms in self._entered.items()]
        heapify(self._heap)

    @property
    def earliest_ms(self) -> int | None:
        """When `next_due` may have something, or None; perhaps too early, never too late."""
        return self._heap[0][0] if self._heap else None

    def may_be_due(self, now_ms: int) -> bool:
        """Whether `next_due` is worth asking."""
        heap = self._heap
        return bool(heap) and heap[0][0] <= now_ms

    def next_due(self, now_ms: int) -> tuple[int, str] | None:
        """Take out the earliest entry that is due at `now_ms`, or None.

        Ties go by conversation id. Whoever takes it out must `enter` it again.
        """
        heap, entered = self._heap, self._entered
        while heap and heap[0][0] <= now_ms:
            entry = heappop(heap)
            if entered.get(entry[1]) == entry[0]:
                del entered[entry[1]]
                return entry
        return None
