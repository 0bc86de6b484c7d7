"""Whether a conversation overflows from its queue, and by which rule: the first that holds."""

from collections.abc import Container
from typing import NamedTuple

from omnistate_schemas.queue import OverflowRule

from omnistate.core.router.queue_room import QueueRoom, to_ms
from omnistate.core.router.work import Work


class Overflow(NamedTuple):
    """A rule that holds, and its number among the queue's, from 0."""

    number: int
    rule: OverflowRule


def find_overflow(
    work: Work, room: QueueRoom, targets: Container[str], now_ms: int
) -> Overflow | None:
    """The first rule that holds for an open conversation now; `targets` can be moved to."""
    for number, rule in enumerate(room.queue.overflow):
        if is_passed_over(work, rule, targets) is None and holds(work, room, rule, now_ms):
            return Overflow(number, rule)
    return None


def is_passed_over(work: Work, rule: OverflowRule, targets: Container[str]) -> str | None:
    """Why a rule is not for this conversation at all; None where it is."""
    if rule.do == "close":
        return "a record is never closed by overflow" if work.is_record else None
    if rule.queue_id not in targets:
        return f"queue {rule.queue_id} is not configured, or overflow leads from it back to here"
    return None


def holds(work: Work, room: QueueRoom, rule: OverflowRule, now_ms: int) -> bool:
    """Whether the condition of a rule holds now."""
    since = work.queue_since_ms
    match rule.when:
        case "closed":
            return room.opening is not None and not room.opening.is_open(since)
        case "longer_than":
            assert rule.conversations is not None
            return room.arrivals.count_before((since, work.id)) >= rule.conversations
        case "waited":
            assert rule.seconds is not None
            return now_ms - since >= to_ms(rule.seconds)
        case "nobody":
            return not room.present
