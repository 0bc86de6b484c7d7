"""Which conversation has a timer due first: an index over rows, never the truth about deadlines.

The deadlines are in the rows; the index knows the earliest of each conversation. Its heap may hold
an entry too early, which is entered again when it comes up, but never too late: so activity that
moves a deadline on, the most frequent case, costs no more than a look at a dictionary.
"""

from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

# How many entries may be out of date before it is worth clearing them away.
SPARE: Final = 1_000


class TimerIndex:
    """A heap of (deadline in ms, conversation id) over the earliest deadline of each."""

    __slots__ = ("_due", "_heap")

    def __init__(self) -> None:
        """Start empty; `enter` every row that has a deadline."""
        self._heap: list[tuple[int, str]] = []
        self._due: dict[str, int] = {}

    def __len__(self) -> int:
        """How many conversations are entered."""
        return len(self._due)

    def enter(self, conversation_id: str, deadline_ms: int | None) -> None:
        """Set the conversation's earliest deadline; None = it has none."""
        former_ms = self._due.get(conversation_id)
        if deadline_ms is None:
            if former_ms is not None:
                del self._due[conversation_id]
        elif deadline_ms != former_ms:
            self._due[conversation_id] = deadline_ms
            # Up to its former deadline the heap has an entry of it already.
            if former_ms is None or deadline_ms < former_ms:
                heappush(self._heap, (deadline_ms, conversation_id))
                if len(self._heap) > 2 * len(self._due) + SPARE:
                    self._rebuild()

    def fill(self, due: dict[str, int]) -> None:
        """Enter these deadlines, by conversation id, in place of all that is there."""
        self._due = due
        self._rebuild()

    def _rebuild(self) -> None:
        """Throw out entries that are no longer valid, so that memory follows the conversations."""
        self._heap = [(deadline_ms, id_) for id_, deadline_ms in self._due.items()]
        heapify(self._heap)

    @property
    def earliest_ms(self) -> int | None:
        """When `next_due` may have something, or None; perhaps too early, never too late."""
        return self._heap[0][0] if self._heap else None

    def may_be_due(self, now_ms: int) -> bool:
        """Whether `next_due` is worth asking."""
        heap = self._heap
        return bool(heap) and heap[0][0] <= now_ms

    def next_due(self, now_ms: int) -> str | None:
        """Take out the conversation whose deadline is earliest and due at `now_ms`, or None.

        Ties go by conversation id. Whoever takes it out must `enter` it again.
        """
        heap, due = self._heap, self._due
        while heap and heap[0][0] <= now_ms:
            entry_ms, conversation_id = heap[0]
            deadline_ms = due.get(conversation_id)
            if deadline_ms is not None and deadline_ms > entry_ms:
                heapreplace(heap, (deadline_ms, conversation_id))
                continue
            heappop(heap)
            if deadline_ms == entry_ms:
                del due[conversation_id]
                return conversation_id
        return None
