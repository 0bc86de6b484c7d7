"""A month of another system's conversations, and what they come to, counted while they are made up.

Nothing here knows how figures are counted from changes: whoever makes up a story knows who waited,
talked and wrote up for how long, and writes that down, by day. Events stand in the order in which
they are told. Those of a round are sent together, each round once the one before has arrived, since
a story's facts and actions lie on different topics; what is told late is in a later round.
"""

from collections import defaultdict
from random import Random
from typing import Any

from omnistate_schemas.times import DAY_MS

from tests.projections.month_centre import BEGIN_MS, CHANNELS, DAYS
from tests.projections.month_story import Story
from tests.projections.month_tally import Figures, Rounds


class Month:
    """So many conversations, by round; `figures` is what they come to."""

    def __init__(self, seed: int, conversations: int) -> None:
        self.rounds: Rounds = defaultdict(list)
        self.figures: Figures = defaultdict(lambda: defaultdict(int))
        random = Random(seed)
        for _ in range(conversations):
            at_ms = BEGIN_MS + random.randrange(DAYS * DAY_MS)
            workstream = random.choices([*CHANNELS], [6, 2, 4, 4, 1])[0]
            Story(self.rounds, self.figures, random, workstream, at_ms).tell_all()
        self._repeat(random)

    def events(self) -> list[dict[str, Any]]:
        """All of them, in the order in which they are told."""
        return [event for number in sorted(self.rounds) for event in self.rounds[number]]

    def expected(self, by: str) -> dict[tuple[str, str], dict[str, int]]:
        """By day and id, without zeros."""
        found = {
            (day, id_): {name: number for name, number in row.items() if number}
            for (day, own, id_), row in self.figures.items()
            if own == by
        }
        return {place: row for place, row in found.items() if row}

    def total(self, name: str, by: str = "workstream") -> int:
        """A figure of the whole month."""
        return sum(row[name] for (_, own, _), row in self.figures.items() if own == by)

    def _repeat(self, random: Random) -> None:
        """Some is told twice, long after it was."""
        said = self.events()
        self.rounds[max(self.rounds) + 1] = random.sample(said, len(said) // 40)
