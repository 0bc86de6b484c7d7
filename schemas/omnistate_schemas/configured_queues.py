"""What must fit together in a whole configuration: who names which queue, and where work overflows.

An object on a configuration topic comes by itself, so there nothing of this can be asked; whoever
follows them passes over what leads nowhere.
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
    """Queues that are named and not there, and a circle of overflow.

    A file without queues may name those that are known already.
    """
    keys: Keys
    for queue_id, queue in centre.queues.items():
        for number, rule in enumerate(queue.overflow):
            if rule.queue_id is not None and rule.queue_id not in centre.queues:
                keys = ("queues", queue_id, "overflow", number, "queue_id")
                yield Misfit(keys, f"no such queue: {rule.queue_id}")
    circle = find_overflow_circle(centre.queues)
    if circle:
        keys = ("queues", circle[0], "overflow", _number_of_move(centre.queues, *circle[:2]))
        yield Misfit((*keys, "queue_id"), f"overflow goes in a circle: {' → '.join(circle)}")
    if centre.queues:
        for id_, representative in centre.representatives.items():
            for queue_id in representative.queues:
                if queue_id not in centre.queues:
                    keys = ("representatives", id_, "queues", queue_id)
                    yield Misfit(keys, f"no such queue: {queue_id}")


def _number_of_move(queues: Mapping[str, Queue], queue_id: str, target: str) -> int:
    rules = queues[queue_id].overflow
    return next(number for number, rule in enumerate(rules) if rule.queue_id == target)
