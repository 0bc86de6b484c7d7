"""A centre's day in simulated time, on which the methods of routing are compared.

Everything but who is given what is drawn beforehand: who comes when, how long each customer waits
and how much each conversation takes. So that days with different methods differ in the method.
"""

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple

from tests.routing.drawn_centre import START_MS
from tests.routing.simulated_centre import SimulatedCentre
from tests.routing.simulated_people import SimulatedPeople, Temper
from tests.routing.simulated_routers import SimulatedRouters

SEED: Final = 7
HOURS: Final = 8
# Conversations that come in each hour, of all queues; it is busiest late in the morning.
ARRIVALS: Final = (60, 95, 130, 140, 95, 85, 100, 60)
# Of those so many are calls.
CALLS: Final = 0.3
SKILLED: Final = 0.2
# Seconds: the median that a conversation takes somebody of ordinary pace, and how long customers
# wait on average before they leave.
TAKES_S: Final = 300
PATIENCE_S: Final = {"calls": 180, "chats": 400}
PEOPLE: Final = {"support": 3, "phone": 2, "support phone": 3}
LATENCIES_MS: Final = (20, 40)
_GATED: Final = {"assign_through_gate": True, "offer_timeout": 20}


class Arrival(NamedTuple):
    """Somebody comes, so many seconds after the day began, and leaves where they wait so long."""

    at_s: float
    id: str
    workstream_id: str
    patience_s: float
    skilled: bool


def describe_centre(method: str) -> dict[str, Any]:
    """The configuration: two queues, in some of which everybody is."""
    dice = Random(SEED)
    queues = [queue for queue, number in PEOPLE.items() for _ in range(number)]
    return {
        "workstreams": {
            "chats": {"channel": "live_chat", "units": 30, **_GATED},
            # A call takes somebody whole.
            "calls": {"channel": "voice", "units": 100, **_GATED},
        },
        "queues": {
            "support": {"method": method, "relax_skills_after": 60},
            "phone": {"method": method, "priority": 5},
        },
        "representatives": {
            f"rep-{number:02}": {
                "units": 100,
                "queues": queue.split(),
                "skills": ["french"] if dice.random() < 0.4 else [],
            }
            for number, queue in enumerate(queues)
        },
    }


def draw_arrivals() -> Iterator[Arrival]:
    """Everybody who comes, in order."""
    dice, at_s, count = Random(SEED), 0.0, 0
    while True:
        at_s += dice.expovariate(max(ARRIVALS) / 3_600)
        if at_s >= HOURS * 3_600:
            return
        workstream_id = "calls" if dice.random() < CALLS else "chats"
        patience_s = dice.expovariate(1 / PATIENCE_S[workstream_id])
        skilled = workstream_id == "chats" and dice.random() < SKILLED
        # Thinned out where fewer come than at the busiest time.
        if dice.random() * max(ARRIVALS) < ARRIVALS[int(at_s // 3_600)]:
            count += 1
            yield Arrival(at_s, f"{workstream_id}-{count}", workstream_id, patience_s, skilled)


class RoutingDay:
    """One day with one method; whoever watches the centre is told of every record."""

    def __init__(self, method: str) -> None:
        """Nobody is there yet."""
        self.centre = SimulatedCentre(
            describe_centre(method), START_MS, Random(SEED), 1, LATENCIES_MS
        )
        pace = Random(SEED)
        tempers = {
            who: Temper(0.93, 0.03, (1, 6), TAKES_S * pace.uniform(0.7, 1.4), (10, 60))
            for who in self.centre.configuration["representatives"]
        }
        # What becomes of a conversation, the same with every method.
        lucks: dict[str, Random] = {}
        self.people = SimulatedPeople(
            self.centre,
            self.centre.dice,
            tempers.__getitem__,
            lambda id_: lucks.setdefault(id_, Random(f"{SEED} {id_}")),
        )
        self._routers = SimulatedRouters(self.centre, self.centre.dice)

    async def live(self) -> None:
        """From the morning until everybody has gone."""
        centre = self.centre
        for number, who in enumerate(centre.configuration["representatives"]):
            # By turns they begin a little later, have their break and go.
            shift_s = number % 4 * 900.0
            for at_s, presence in (
                (shift_s, "available"),
                (3 * 3_600 + shift_s, "away"),
                (3.5 * 3_600 + shift_s, "available"),
                (HOURS * 3_600 - 900 + shift_s, "offline"),
            ):
                centre.after(at_s, partial(centre.sign, who, presence))
        for each in draw_arrivals():
            centre.after(each.at_s, partial(self._come, each))
        await centre.open()
        self._routers.open()
        await centre.live(START_MS + (HOURS + 1) * 3_600_000)

    def _come(self, arrival: Arrival) -> None:
        attributes = {"skills": ["french"]} if arrival.skilled else {}
        queue_id = "phone" if arrival.workstream_id == "calls" else "support"
        self.people.come(arrival.id, arrival.workstream_id, queue_id, attributes=attributes)
        self.centre.after(arrival.patience_s, partial(self.people.lose_patience, arrival.id))
