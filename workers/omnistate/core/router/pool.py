"""Who of a queue could be given work of one need now: in the order in which they are asked."""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator

from omnistate.core.router.person import Preference

# Rank, then the method's key, which ends with the id.
Seat = tuple[int, Preference]


class Pool:
    """People in order of rank and method; each at most once."""

    __slots__ = ("_order", "_seats")

    def __init__(self) -> None:
        """Nobody."""
        self._order: list[Seat] = []
        self._seats: dict[str, Seat] = {}

    def seat(self, id_: str, seat: Seat | None) -> None:
        """Put somebody where they belong; None: nowhere."""
        former = self._seats.get(id_)
        if former == seat:
            return
        if former is not None:
            del self._order[bisect_left(self._order, former)]
            del self._seats[id_]
        if seat is not None:
            insort(self._order, seat)
            self._seats[id_] = seat

    def list_ids(self) -> Collection[str]:
        """All of them."""
        return self._seats.keys()

    def list_up_to(self, rank: int) -> Iterator[str]:
        """Those of this rank or a lower number, in order."""
        for of_rank, preference in self._order:
            if of_rank > rank:
                return
            yield preference[2]
