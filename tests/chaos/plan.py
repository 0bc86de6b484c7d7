"""The plan: which faults strike in which round, and when; drawn from the seed alone.

Kinds are dealt from a shuffled deck, so that each comes before any comes again.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

# How many faults a round has.
STRIKES: Final = (1, 2, 2, 2, 3, 3)
SPREAD_S: Final = 3.0


class Strike(NamedTuple):
    """One fault: its kind, when it comes, and the seed of what it draws for itself."""

    kind: str
    delay_s: float
    seed: str

    def draw(self) -> random.Random:
        """The fault's own lots."""
        return random.Random(self.seed)


def draw_rounds(
    seed: int, kinds: Sequence[str], counts: Sequence[int] = STRIKES
) -> Iterator[list[Strike]]:
    """The strikes of round 1, 2, 3 … in the order in which they come; `counts` are drawn from."""
    chance = random.Random(seed)
    deck: list[str] = []
    number = 0
    while True:
        number += 1
        strikes = []
        for index in range(chance.choice(counts)):
            if not deck:
                deck = [*kinds]
                chance.shuffle(deck)
            delay_s = 0.5 + chance.random() * SPREAD_S * (index > 0)
            strikes.append(Strike(deck.pop(), delay_s, f"{seed}/{number}/{index}"))
        yield sorted(strikes, key=lambda strike: strike.delay_s)
