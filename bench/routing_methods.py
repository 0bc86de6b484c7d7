"""`python -m bench.routing_methods` writes docs/explanation/routing-methods.md; or `--check`s it.

One simulated day, lived with each method: how long work waited, and how evenly it was shared. In
simulated time, so it is the same on every machine.
"""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, get_args

from omnistate.cli.documents.generated_document import REFERENCE, draw_table, keep
from omnistate.stream.ports import Record
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY, STATE_CHANGES, RoutingMethod

from bench.routing_day import ARRIVALS, HOURS, PEOPLE, RoutingDay

METHODS: Final[Sequence[str]] = get_args(RoutingMethod)
# Within so many seconds a conversation should be taken up.
WITHIN_S: Final = 20
COMMAND: Final = "python -m bench.routing_methods"
PAGE: Final = REFERENCE.parent / "explanation" / "routing-methods.md"
Json = dict[str, Any]


class Share(NamedTuple):
    """What somebody has had by now, in units times milliseconds; and how they stand."""

    since_ms: int
    units: int = 0
    occupied: int = 0
    there: int = 0
    used: int = 0

    def go_on(self, at_ms: int, data: Json) -> "Share":
        """Add what has been since; from now on it is as `data` says."""
        took_ms = at_ms - self.since_ms
        # Whoever has gone, or has a break, is not there for anything.
        present = data["presence"] not in {"offline", "away"}
        return Share(
            at_ms,
            data["units"] if present else 0,
            data["occupied_units"] if present else 0,
            self.there + self.units * took_ms,
            self.used + self.occupied * took_ms,
        )


class MethodFigures:
    """One day, as it is published."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        # By workstream: seconds until something was taken up.
        self.waits_s: defaultdict[str, list[float]] = defaultdict(list)
        # By workstream: how many were not, since the customer left.
        self.left: Counter[str] = Counter()
        # By representative: how many they took up.
        self.taken: Counter[str] = Counter()
        self._shares: dict[str, Share] = {}

    def watch(self, record: Record) -> None:
        """One more record of the log."""
        if record.topic == STATE_CHANGES:
            self._take_change(json.loads(record.value or b"")["data"])
        elif record.topic == REPRESENTATIVE_CAPACITY:
            self._take_capacity(json.loads(record.value or b"")["data"])

    def _take_change(self, data: Json) -> None:
        workstream_id = data["workstream_id"]
        if data.get("queued_at") is None:
            return
        if data.get("detail") == "in_conversation":
            waited_ms = parse_time_ms(data["occurred_at"]) - parse_time_ms(data["queued_at"])
            self.waits_s[workstream_id].append(waited_ms / 1_000)
            self.taken[data["representative_id"]] += 1
        elif data["status"] == "closed":
            self.left[workstream_id] += 1

    def _take_capacity(self, data: Json) -> None:
        at_ms, who = parse_time_ms(data["changed_at"]), data["representative_id"]
        self._shares[who] = self._shares.get(who, Share(at_ms)).go_on(at_ms, data)

    def list_loads(self) -> list[float]:
        """Of everybody who was there: which part of their units was in use meanwhile."""
        return [each.used / each.there for each in self._shares.values() if each.there]


async def live(method: str) -> MethodFigures:
    """The whole day with one method."""
    day, figures = RoutingDay(method), MethodFigures()
    day.centre.watchers.append(figures.watch)
    await day.live()
    return figures


def find_percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def find_fairness(loads: Sequence[float]) -> float:
    """Jain's index: 1 where all have the same, 1/n where one has it all."""
    return sum(loads) ** 2 / (len(loads) * sum(each**2 for each in loads))


INTRODUCTION: Final = """\
# The three methods compared

`method` of a queue says who of equal rank is asked first: `highest_capacity` whoever has most room,
`least_active` whoever has gone without longest, `round_robin` whoever was given something longest
ago ([the contract](../reference/contract.md#router)). Here the same day is lived with each.

Engine, gate and router run on the embedded log, in simulated time. {people} people, each with 100
units, work for {hours} hours with a break of half an hour, at different paces: {support} are in the
queue for chats (30 units), {phone} in the one for calls (100 units, and they go first), {both} in
both. Of each hour's conversations ({arrivals}) three in ten are calls; a fifth of the chats wants
French, which some speak, for its first minute. Who comes when, how long each customer has patience
and how much each conversation takes is the same with every method.

`{command}` writes this page; a test fails where it is stale.

## How long work waits

Of those that were taken up, in seconds until somebody did; within {within} s, out of all that came;
and how many customers left.
"""
SHARED: Final = """
## How evenly it is shared

The load of a person is how much of their units was in use while they were there: which a tenth of
them have less than, half, and which a tenth have more than. Jain's index of the loads is 1 where
all have the same. And how many conversations the one with fewest took up, and the one with most.
"""
READ: Final = """
A load is time: whoever is slower has a higher one from as many conversations. For another centre's
day change `bench/routing_day.py`, and run the command again.
"""


def describe_methods(found: Mapping[str, MethodFigures]) -> str:
    """The whole page."""
    introduction = INTRODUCTION.format(
        command=COMMAND,
        people=sum(PEOPLE.values()),
        hours=HOURS,
        support=PEOPLE["support"],
        phone=PEOPLE["phone"],
        both=PEOPLE["support phone"],
        arrivals=", ".join(map(str, ARRIVALS)),
        within=WITHIN_S,
    )
    waits = draw_table(
        ("work", "method", "taken up", "median", "90th percentile", f"within {WITHIN_S} s", "left"),
        [
            (workstream_id, f"`{method}`", *_describe_waits(figures, workstream_id))
            for workstream_id in ("chats", "calls")
            for method, figures in found.items()
        ],
    )
    shares = draw_table(
        (
            "method",
            "load, a tenth has less",
            "median",
            "a tenth has more",
            "Jain's index",
            "taken up by one",
        ),
        [(f"`{method}`", *_describe_shares(figures)) for method, figures in found.items()],
    )
    return f"{introduction}\n{waits}{SHARED}\n{shares}{READ}"


def _describe_waits(figures: MethodFigures, workstream_id: str) -> Iterator[str]:
    waits_s, left = figures.waits_s[workstream_id], figures.left[workstream_id]
    yield str(len(waits_s))
    for share in (0.5, 0.9):
        yield f"{find_percentile(waits_s, share):.1f}"
    yield f"{sum(each <= WITHIN_S for each in waits_s) / (len(waits_s) + left):.1%}"
    yield str(left)


def _describe_shares(figures: MethodFigures) -> Iterator[str]:
    loads = figures.list_loads()
    for share in (0.1, 0.5, 0.9):
        yield f"{find_percentile(loads, share):.0%}"
    yield f"{find_fairness(loads):.3f}"
    taken = figures.taken.values()
    yield f"{min(taken)} to {max(taken)}"


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with `--check` exit 1 where it is stale."""
    found = {method: asyncio.run(live(method)) for method in METHODS}
    return keep(PAGE, describe_methods(found), arguments, COMMAND)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
