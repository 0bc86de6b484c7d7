"""Whether all who could be asked have been skipped: one who has not is enough to know it.

So each conversation that skipped somebody keeps one such witness, and only what happens to its
witness, or a newcomer where it has none, makes it worth looking again.
"""

from collections.abc import Callable, Iterable

from omnistate.core.router.person import Person
from omnistate.core.router.work import Work


class Witnesses:
    """The witnesses of a queue's conversations."""

    __slots__ = ("_of", "_without")

    def __init__(self) -> None:
        """Nobody was skipped."""
        self._of: dict[str, dict[str, Work]] = {}
        self._without: dict[str, Work] = {}

    def find(self, work: Work, people: Iterable[Person], could: Callable[[Person], bool]) -> None:
        """Look for a witness anew: one of `people` who `could` be asked and was not skipped."""
        self.forget(work)
        if not work.skipped:
            return
        for person in people:
            if person.id not in work.skipped and could(person):
                work.witness = person.id
                self._of.setdefault(person.id, {})[work.id] = work
                return
        work.again = True
        self._without[work.id] = work

    def forget(self, work: Work) -> None:
        """It is not looked at any more."""
        if work.witness is not None:
            attested = self._of[work.witness]
            del attested[work.id]
            if not attested:
                del self._of[work.witness]
            work.witness = None
        self._without.pop(work.id, None)
        work.again = False

    def list_in_doubt(self, person: Person) -> list[Work]:
        """For which a change of this person makes a difference: they attest it, or nobody does."""
        return [*self._of.get(person.id, {}).values(), *self._without.values()]
