"""What fits together in a whole configuration: who names which queue, and where work overflows.

An object on a configuration topic comes by itself, so there nothing of this can be asked; whoever
follows them passes over what leads nowhere, or back.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.queue import Queue, find_overflow_circle

Keys = tuple[str | int, ...]


class Misfit(NamedTuple):
    """What is wrong, and the keys that lead to where it stands."""

    keys: Keys
    message: str


def find_misfits(centre: ContactCentre) -> Iterator[Misfit]:
    """A circle of overflow: work in it would never come to rest."""
    circle = find_overflow_circle(centre.queues)
    if circle:
        keys: Keys = ("queues", circle[0], "overflow", _number_of_move(centre.queues, *circle[:2]))
        yield Misfit((*keys, "queue_id"), f"overflow goes in a circle: {' → '.join(circle)}")


def find_unknown_queues(centre: ContactCentre) -> Iterator[Misfit]:
    """Queues that are named and not there, which is allowed and may be a slip.

    Nothing is said of who is in which queue where there are no queues: they may be known already.
    """
    for queue_id, queue in centre.queues.items():
        for number, rule in enumerate(queue.overflow):
            if rule.queue_id is not None and rule.queue_id not in centre.queues:
                yield Misfit(
                    ("queues", queue_id, "overflow", number, "queue_id"),
                    f"queue {rule.queue_id} is not in the file: until it is configured, nothing is "
                    "moved there",
                )
    for id_, representative in centre.representatives.items() if centre.queues else ():
        for queue_id in representative.queues:
            if queue_id not in centre.queues:
                yield Misfit(
                    ("representatives", id_, "queues", queue_id),
                    f"queue {queue_id} is not in the file: until it is configured, no router gives "
                    "work from it",
                )


def _number_of_move(queues: Mapping[str, Queue], queue_id: str, target: str) -> int:
    rules = queues[queue_id].overflow
    return next(number for number, rule in enumerate(rules) if rule.queue_id == target)
