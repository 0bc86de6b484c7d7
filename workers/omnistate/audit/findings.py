"""What an audit found: violations of the laws, counts of what was looked at, and notes.

It keeps and counts; it judges nothing. Sentences name members and numbers, never a record's values;
a key of Redis names whom it is about, since nothing else says where to look.
"""

from collections import Counter
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Final, Literal, NamedTuple

from pydantic import ValidationError

Law = Literal[
    "sequence",
    "accounting",
    "holds",
    "tables",
    "states",
    "offsets",
    "replay",
    "totals",
    "gate",
    "read_model",
]
LAWS: Final[dict[Law, str]] = {
    "sequence": "each conversation's changes are numbered without gaps, and go on from one another",
    "accounting": "each input is accounted for exactly once",
    "holds": "held = released + still held, and every counter is the sum of the holds",
    "tables": "the rows are what the changes and the holds come to",
    "states": "each remembered conversation stands on conversation-states with its last change",
    "offsets": "the inputs are committed as far as the tables have come, and never went back",
    "replay": "the inputs, in the order recorded, give the same outputs again, byte for byte",
    "totals": "each representative's totals are the sum over partitions, and of what is held",
    "gate": "what is granted was asked for, fits, is held or declined, and nobody else grants",
    "read_model": "Redis says what the topics come to, as far as it has been told of them",
}
# So many violations of each law are kept in full, and so many doubts a partition.
KEPT: Final = 200
DOUBTS_KEPT: Final = 100


class Side(Enum):
    """Where an output lies, seen from the cut (see `cut`)."""

    WITHIN = "of a batch up to the cut"
    TIED = "at the instant of the cut"
    BEYOND = "of a later batch"


class Violation(NamedTuple):
    """One breach of a law, at the record that shows it."""

    law: Law
    topic: str
    partition: int
    offset: int
    sentence: str
    # Of Redis, where it is the one that breaks the law.
    key: str = ""


class Findings:
    """Gathers what the checks say.

    A doubt is a violation only if its partition committed nothing while the audit ran: on a system
    at work it may be the trace of a batch that came after the cut.
    """

    def __init__(self) -> None:
        """Nothing found yet."""
        self.counts: Counter[str] = Counter()
        self.found: Counter[Law] = Counter()
        self.violations: list[Violation] = []
        self.notes: list[str] = []
        # Laws that could not be checked, and why.
        self.unchecked: dict[Law, str] = {}
        self._doubts: dict[int, list[Violation]] = {}

    @property
    def ok(self) -> bool:
        """Whether every law held."""
        return not self.found

    def add(
        self, law: Law, topic: str, partition: int, offset: int, sentence: str, key: str = ""
    ) -> None:
        """A law was broken."""
        self._keep(Violation(law, topic, partition, offset, sentence, key))

    def leave_out(self, law: Law, why: str) -> None:
        """A law cannot be checked, which breaks none."""
        self.unchecked[law] = why

    def doubt(self, law: Law, place: tuple[str, int, int], sentence: str, *, of: int) -> None:
        """A law was broken at (topic, partition, offset), if engine partition `of` was at rest."""
        doubts = self._doubts.setdefault(of, [])
        if len(doubts) < DOUBTS_KEPT:
            doubts.append(Violation(law, *place, sentence))

    def report(
        self, law: Law, place: tuple[str, int, int], sentence: str, side: Side, *, of: int
    ) -> None:
        """A violation where what shows it is within the cut, a doubt where tied, else nothing."""
        if side is Side.WITHIN:
            self.add(law, *place, sentence)
        elif side is Side.TIED:
            self.doubt(law, place, sentence, of=of)

    def settle(self, at_rest: AbstractSet[int]) -> None:
        """Decide the doubts, once it is known which partitions committed nothing meanwhile."""
        for partition, doubts in self._doubts.items():
            if partition in at_rest:
                for violation in doubts:
                    self._keep(violation)
        self._doubts.clear()

    def note(self, sentence: str) -> None:
        """Something that a reader of the result should know, and that breaks no law."""
        self.notes.append(sentence)

    def _keep(self, violation: Violation) -> None:
        self.found[violation.law] += 1
        if self.found[violation.law] <= KEPT:
            self.violations.append(violation)


def describe_error(error: ValidationError) -> str:
    """The first thing that is wrong, with the member's name and without its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
