"""What an overview is to show of many: how many, in which order, of which names; pure.

Orders are those of the board's columns. Whatever it is given is in the order of the ids, and so is
what is equal. It asks nobody.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from omnistate_schemas.endpoint_parameters import LIMIT_DEFAULT
from omnistate_schemas.read_api import QueueNow, QueueTotals, RepresentativeTotals

from omnistate.adapters.redis.listings import ListedRepresentative, OpenQueue

NAMED: Final = 4
_DIGITS: Final = re.compile(r"(\d+)")
T = TypeVar("T")


class Query(NamedTuple):
    """What one reader wants to see; an order with `-` before it is turned round."""

    representatives: int = LIMIT_DEFAULT
    representatives_by: str = "urgency"
    queues: int = LIMIT_DEFAULT
    queues_by: str = "-oldest"
    # Only ids (and presences) that contain it, in whatever case.
    contains: str = ""
    # Figures of each queue, too.
    by_queue: bool = False
    # What a router makes of what waits, too.
    routing: bool = False
    # Whose connection has gone, too.
    windows: bool = False


def natural_key(id_: str) -> tuple[Any, ...]:
    """What ids are ordered by: numbers in them as numbers."""
    parts = _DIGITS.split(id_.casefold())
    return tuple(int(each) if number % 2 else each for number, each in enumerate(parts))


def _urgency(person: ListedRepresentative) -> tuple[int, float]:
    over = max(person.occupied_units - person.units, 0)
    return -over, -person.occupied_units / max(person.units, 1)


def _load(person: ListedRepresentative) -> float:
    if not person.units:
        return float("inf") if person.occupied_units else 0.0
    return person.occupied_units / person.units


REPRESENTATIVE_ORDERS: Final[dict[str, Callable[[ListedRepresentative], Any]]] = {
    "urgency": _urgency,
    "representative": lambda person: natural_key(person.representative_id),
    "presence": lambda person: person.presence,
    "load": _load,
    "units": lambda person: person.occupied_units,
    "held": lambda person: person.conversations + person.offers,
}
QUEUE_ORDERS: Final[dict[str, Callable[[OpenQueue], Any]]] = {
    "queue": lambda queue: natural_key(queue.queue_id),
    "open": lambda queue: queue.open,
    # By age: whatever began later is younger.
    "oldest": lambda queue: -queue.oldest_ms,
}


def pick_representatives(people: Sequence[ListedRepresentative], query: Query) -> list[str]:
    """The ids of those whom the query wants, in its order."""
    needle = query.contains.casefold()
    found = [each for each in people if needle in _text(each)] if needle else people
    picked = _first(found, query.representatives, query.representatives_by, REPRESENTATIVE_ORDERS)
    return [each.representative_id for each in picked]


def pick_queues(queues: Sequence[OpenQueue], query: Query, now_ms: float) -> list[QueueNow]:
    """The queues that the query wants, in its order."""
    needle = query.contains.casefold()
    found = [each for each in queues if needle in _name(each)] if needle else queues
    return [
        describe_queue(each, now_ms)
        for each in _first(found, query.queues, query.queues_by, QUEUE_ORDERS)
    ]


def add_representatives_up(
    people: Sequence[ListedRepresentative], query: Query
) -> RepresentativeTotals:
    """What is said of all, whoever of them is shown."""
    needle = query.contains.casefold()
    over = [each for each in people if each.occupied_units > each.units]
    return RepresentativeTotals(
        known=len(people),
        matching=sum(needle in _text(each) for each in people) if needle else len(people),
        signed_in=sum(each.presence != "offline" for each in people),
        lost=sum(each.lost for each in people),
        assignable=sum(each.assignable for each in people),
        over_limit=len(over),
        most_over=[
            each.representative_id
            for each in _first(over, NAMED - 1, "urgency", REPRESENTATIVE_ORDERS)
        ],
    )


def add_queues_up(queues: Sequence[OpenQueue], query: Query, now_ms: float) -> QueueTotals:
    """What is said of all queues, whichever of them are shown."""
    needle = query.contains.casefold()
    return QueueTotals(
        known=len(queues),
        matching=sum(needle in _name(each) for each in queues),
        open=sum(each.open for each in queues),
        oldest=[
            describe_queue(each, now_ms) for each in _first(queues, NAMED, "-oldest", QUEUE_ORDERS)
        ],
    )


def describe_queue(queue: OpenQueue, now_ms: float) -> QueueNow:
    """A queue as an answer has it."""
    return QueueNow(
        queue_id=queue.queue_id or None,
        open=queue.open,
        oldest_seconds=round(max(0.0, now_ms - queue.oldest_ms) / 1_000, 3),
    )


def _name(queue: OpenQueue) -> str:
    return queue.queue_id.casefold() or "in no queue"


def _text(person: ListedRepresentative) -> str:
    return f"{person.representative_id} {person.presence.replace('_', ' ')}".casefold()


def _first(
    rows: Iterable[T], number: int, order: str, orders: dict[str, Callable[[T], Any]]
) -> list[T]:
    """The first in an order; where they are equal, as they come."""
    key = orders[order.removeprefix("-")]
    pick = heapq.nlargest if order.startswith("-") else heapq.nsmallest
    return pick(number, rows, key=key)
