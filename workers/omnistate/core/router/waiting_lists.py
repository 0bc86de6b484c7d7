"""What waits in a queue for somebody, by what it asks of them, each list in order of work.

So whoever has room again finds the first that they can be given without looking at the rest.
"""

from bisect import bisect_left, insort

from omnistate.core.router.offering import Need
from omnistate.core.router.person import Person
from omnistate.core.router.work import Work, WorkKey


class WaitingLists:
    """The conversations of one queue for which somebody is to be found."""

    __slots__ = ("_lists", "_preferring", "_works")

    def __init__(self) -> None:
        """Nothing waits."""
        # By need, skills that count, and the last rank that is open to it.
        self._lists: dict[tuple[Need, frozenset[str], int], list[WorkKey]] = {}
        self._preferring: dict[str, dict[str, Work]] = {}
        self._works: dict[str, Work] = {}

    def file(self, work: Work, skills: frozenset[str], rank: int) -> None:
        """Put it where it belongs now."""
        under = (work.need, skills, rank)
        if work.filed_under == under:
            return
        self.take_out(work)
        insort(self._lists.setdefault(under, []), work.key)
        work.filed_under = under
        self._works[work.id] = work
        for id_ in work.preferred:
            self._preferring.setdefault(id_, {})[work.id] = work

    def take_out(self, work: Work) -> None:
        """Nobody is to be found for it at present."""
        under = work.filed_under
        if under is None:
            return
        keys = self._lists[under]
        del keys[bisect_left(keys, work.key)]
        if not keys:
            del self._lists[under]
        work.filed_under = None
        del self._works[work.id]
        for id_ in work.preferred:
            preferring = self._preferring[id_]
            del preferring[work.id]
            if not preferring:
                del self._preferring[id_]

    def find_first(self, person: Person, rank: int, limits: dict[str, int]) -> Work | None:
        """The first in order that they could be given: they are in the queue with this rank."""
        fits: dict[Need, bool] = {}
        best: Work | None = None
        for (need, skills, last_rank), keys in self._lists.items():
            if last_rank < rank or not skills <= person.skills:
                continue
            if best is not None and keys[0] >= best.key:
                continue
            fit = fits.get(need)
            if fit is None:
                fit = fits[need] = person.has_presence(need.presences) and person.has_room(
                    need, limits
                )
            if fit:
                for key in keys:
                    if best is not None and key >= best.key:
                        break
                    work = self._works[key[3]]
                    if work.may_ask(person):
                        best = work
                        break
        for work in self._preferring.get(person.id, {}).values():
            if best is not None and work.key >= best.key:
                continue
            under = work.filed_under
            assert under is not None
            if (
                under[1] <= person.skills
                and person.has_presence(work.need.presences)
                and person.has_room(work.need, limits)
                and work.may_ask(person)
            ):
                best = work
        return best
