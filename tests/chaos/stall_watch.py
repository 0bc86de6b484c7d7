"""The stalls of one round, from its beginning to its end, and what its faults have touched."""

from collections.abc import Iterable
from typing import Final

from tests.chaos.journal import Journal
from tests.chaos.positions import Positions
from tests.chaos.stalls import RoundStalls, Stall


class StallWatch:
    """Made at the beginning of a round; `conclude` once everything has recovered."""

    def __init__(self, positions: Positions, journal: Journal) -> None:
        self._positions: Final = positions
        self._journal: Final = journal
        self._since = [len(reached) for reached in positions.reached]
        self._waited = [len(waits) for waits in journal.waits]
        self._touched: dict[str, frozenset[int]] = {}

    def touch(self, kind: str, numbers: Iterable[int]) -> None:
        """A fault of this kind has touched these partitions; may be told more than once."""
        self._touched[kind] = self._touched.get(kind, frozenset()) | frozenset(numbers)

    def conclude(self) -> RoundStalls:
        """What the round has come to."""
        stalls = [
            Stall(stall_ms / 1_000, max(waits[begin:], default=0.0))
            for stall_ms, waits, begin in zip(
                self._positions.longest_stalls_ms(self._journal, self._since),
                self._journal.waits,
                self._waited,
                strict=True,
            )
        ]
        return RoundStalls(stalls, dict(self._touched))
