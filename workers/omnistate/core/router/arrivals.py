"""What waits in a queue in the order in which it came there: how many came before each."""

from bisect import bisect_left, insort
from typing import Final

# Since when it waits in the queue, then its id.
Arrival = tuple[int, str]


class Arrivals:
    """The conversations of a queue that are open and would be pushed."""

    __slots__ = ("_lengths", "_order")

    def __init__(self, lengths: frozenset[int]) -> None:
        """`lengths`: those of the queue's `longer_than` rules."""
        self._lengths: Final = lengths
        self._order: list[Arrival] = []

    def add(self, arrival: Arrival) -> list[str]:
        """One more waits; the ids of others for which one of the lengths is reached by that."""
        place = bisect_left(self._order, arrival)
        if place < len(self._order) and self._order[place] == arrival:
            return []
        insort(self._order, arrival)
        size = len(self._order)
        return [self._order[each][1] for each in self._lengths if place < each < size]

    def remove(self, arrival: Arrival) -> None:
        """It waits no longer; whoever is not there is passed over."""
        place = bisect_left(self._order, arrival)
        if place < len(self._order) and self._order[place] == arrival:
            del self._order[place]

    def count_before(self, arrival: Arrival) -> int:
        """How many came before."""
        return bisect_left(self._order, arrival)
