"""Some minutes of a drawn centre whose routers fall, and what the judge says of them."""

from collections import Counter
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple

from tests.routing.drawn_centre import QUEUES, SKILLS, START_MS, draw_centre
from tests.routing.scheduling_judge import Fault, SchedulingJudge
from tests.routing.simulated_centre import SimulatedCentre
from tests.routing.simulated_people import SimulatedPeople, Temper
from tests.routing.simulated_routers import SimulatedRouters

BUSY_S: Final = 120
QUIET_S: Final = 60
PEOPLE: Final = 6
CONVERSATIONS: Final = 55
LOOK_S: Final = 0.25
# They decline so often that some conversations have been declined by enough.
CHOOSY: Final = Temper(accepts=0.6, rejects=0.3, handles_s=25)


class Verdict(NamedTuple):
    """What came of a run: what is wrong, and how much there was to judge."""

    faults: list[Fault]
    violations: list[str]
    counts: Counter[str]


class SchedulingRun:
    """One seed, one run."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = dice = Random(seed)
        self.centre = SimulatedCentre(draw_centre(dice, PEOPLE), START_MS, dice)
        self.judge = judge = SchedulingJudge(self.centre.configuration)
        self.centre.watchers.append(judge.take)
        self.people = SimulatedPeople(self.centre, dice, lambda _: CHOOSY)
        self.routers = SimulatedRouters(
            self.centre,
            dice,
            lambda is_acting: judge.act(is_acting, self.centre.now_ms),
            judge.come_late,
        )

    async def run(self) -> Verdict:
        """The whole of it, and an audit of what is left on the log."""
        centre = self.centre
        busy_until_ms = START_MS + BUSY_S * 1_000
        self._plan()
        await centre.open()
        self.routers.open()
        self.routers.plan_falls(2, 20, busy_until_ms)
        self._look()
        await centre.live(busy_until_ms + QUIET_S * 1_000)
        findings = await centre.audit()
        violations = [each.sentence for each in findings.violations]
        counts = self.judge.counts + Counter(falls=self.routers.falls)
        return Verdict(self.judge.faults, violations, counts)

    def _look(self) -> None:
        self.judge.look(self.centre.now_ms)
        self.centre.after(LOOK_S, self._look)

    def _plan(self) -> None:
        """Who comes and who is there when."""
        centre, dice = self.centre, self.dice
        for number in range(CONVERSATIONS):
            centre.after(dice.uniform(0.5, BUSY_S), partial(self._come, f"c{number}"))
        for who in centre.configuration["representatives"]:
            for _ in range(3):
                presence = dice.choice(
                    ("available", "available", "available", "busy", "away", "offline")
                )
                centre.after(dice.uniform(0, BUSY_S), partial(centre.sign, who, presence))

    def _come(self, id_: str) -> None:
        dice, people = self.dice, sorted(self.centre.configuration["representatives"])
        workstream_id = dice.choice(("chat", "chat", "chat", "pairs", "calls", "cases"))
        attributes: dict[str, Any] = {}
        if dice.random() < 0.3:
            attributes["skills"] = dice.sample(SKILLS, dice.randint(1, 2))
        if dice.random() < 0.2:
            attributes["preferred_representatives"] = dice.sample(people, 2)
        self.people.come(
            id_,
            workstream_id,
            dice.choice(QUEUES),
            priority=dice.choice((0, 0, 0, 7)),
            attributes=attributes,
        )
        what = dice.random()
        if what < 0.15:
            self.centre.after(dice.uniform(1, 40), lambda: self.people.lose_patience(id_))
        elif what < 0.3:
            self.centre.after(
                dice.uniform(0.1, 20), lambda: self.people.update(id_, priority=dice.choice((3, 9)))
            )
