"""How long each partition stood still in a round, beside what its inputs' acknowledgements waited.

Pure. What a broker does not take, nobody can be given: so a stall is judged by how far it goes
beyond the longest wait of whoever publishes to the same partition.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Stall(NamedTuple):
    """The longest ones of one partition in one round, seconds."""

    stall_s: float
    # From handing an input's batch to the producer until its acknowledgement.
    acknowledged_s: float

    @property
    def beyond_s(self) -> float:
        """How much longer it stood still than its inputs waited."""
        return max(0.0, self.stall_s - self.acknowledged_s)


class Worst(NamedTuple):
    """The worst of some partitions; each figure may be another one's."""

    stall_s: float
    acknowledged_s: float
    beyond_s: float

    def describe(self) -> str:
        """In a few words."""
        return f"{self.stall_s:.1f} s (inputs waited {self.acknowledged_s:.1f} s)"


def find_worst(stalls: Iterable[Stall]) -> Worst | None:
    """The worst of these; None where there is none."""
    found = list(stalls)
    if not found:
        return None
    return Worst(
        max(each.stall_s for each in found),
        max(each.acknowledged_s for each in found),
        max(each.beyond_s for each in found),
    )


class RoundStalls(NamedTuple):
    """A round's stalls by partition, and which partitions each kind of fault has touched."""

    stalls: Sequence[Stall]
    touched: Mapping[str, frozenset[int]]

    def touched_by(self, kind: str) -> list[Stall]:
        """Those of the partitions that faults of this kind have touched."""
        return [self.stalls[number] for number in sorted(self.touched.get(kind, ()))]

    @property
    def all_touched(self) -> list[Stall]:
        """Those of the partitions that some fault has touched."""
        numbers = frozenset[int]().union(*self.touched.values())
        return [self.stalls[number] for number in sorted(numbers)]

    @property
    def untouched(self) -> list[Stall]:
        """Those of the partitions that no fault of the round has touched."""
        numbers = frozenset[int]().union(*self.touched.values())
        return [each for number, each in enumerate(self.stalls) if number not in numbers]
