"""Whose lease runs out first: an index over rows, never the truth about leases.

A batch goes by it through `LeaseOverlay` and leaves it as it is; once the batch is committed, what
it changed is entered.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from heapq import heappop, heappush


class LeaseIndex:
    """Deadlines in epoch milliseconds, by representative, and in the order in which they come."""

    __slots__ = ("_due", "ordered")

    def __init__(self) -> None:
        """Start empty."""
        self._due: dict[str, int] = {}
        # Ties by representative.
        self.ordered: list[tuple[int, str]] = []

    def __len__(self) -> int:
        """How many leases run."""
        return len(self._due)

    def enter(self, leases: Mapping[str, int | None]) -> None:
        """Set until when these leases run; None = there is none."""
        for id_, until_ms in leases.items():
            former_ms = self._due.get(id_)
            if former_ms == until_ms:
                continue
            if former_ms is not None:
                del self._due[id_]
                del self.ordered[bisect_left(self.ordered, (former_ms, id_))]
            if until_ms is not None:
                self._due[id_] = until_ms
                insort(self.ordered, (until_ms, id_))

    @property
    def earliest_ms(self) -> int | None:
        """When the first one runs out; None where none runs."""
        return self.ordered[0][0] if self.ordered else None


class LeaseOverlay:
    """The leases as one batch has left them."""

    __slots__ = ("_at", "_heap", "_ordered", "changes")

    def __init__(self, index: LeaseIndex) -> None:
        """None has changed yet."""
        self._ordered = index.ordered
        # Up to here the index has nothing that still holds.
        self._at = 0
        self.changes: dict[str, int | None] = {}
        self._heap: list[tuple[int, str]] = []

    def put(self, id_: str, until_ms: int | None) -> None:
        """Until when a lease runs from now on; None = there is none."""
        self.changes[id_] = until_ms
        if until_ms is not None:
            heappush(self._heap, (until_ms, id_))

    def next_due(self, now_ms: int) -> tuple[int, str] | None:
        """The first lease that has run out at `now_ms`; whoever handles it puts what follows."""
        ordered, heap = self._ordered, self._heap
        while self._at < len(ordered) and ordered[self._at][1] in self.changes:
            self._at += 1
        while heap and self.changes[heap[0][1]] != heap[0][0]:
            heappop(heap)
        first = [*ordered[self._at : self._at + 1], *heap[:1]]
        earliest = min(first, default=None)
        return earliest if earliest is not None and earliest[0] <= now_ms else None
