"""What waits in a queue: in the order in which it will be given out, why, and for how long.

Said by what explains a single conversation, right after a decision.
"""

from collections import Counter

import msgspec
from omnistate_schemas.times import format_time

from omnistate.core.router.explanation import explain
from omnistate.core.router.picture import Picture
from omnistate.core.router.wait_estimate import TakenUp, WaitEstimate
from omnistate.core.router.work import Work

FREE = "free"


class WaitingExplained(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that waits. `people` counts those of the queue by what stands against them."""

    place: int | None
    conversation_id: str
    sequence: int
    priority: int
    queued_at: str
    says: str
    people: dict[str, int]
    wait: WaitEstimate | None


class QueueExplained(msgspec.Struct, frozen=True, kw_only=True):
    """A queue. `work` is the first of what waits; `waiting` counts all of it."""

    queue_id: str
    waiting: int
    signed_in: int
    members: int
    work: tuple[WaitingExplained, ...]


def explain_queue(
    picture: Picture, taken_up: TakenUp, queue_id: str, now_ms: int, limit: int
) -> QueueExplained | None:
    """Of a queue, right after a decision at epoch `now_ms`; None: it is not configured.

    What is only picked, or assigned by hand, comes last and has no place.
    """
    room = picture.rooms.get(queue_id)
    if room is None:
        return None
    most = room.queue.max_declines
    waiting = sorted(
        (work for work in room.works.values() if work.is_open),
        key=lambda work: (work.decline_count >= most, work.key),
    )
    return QueueExplained(
        queue_id=queue_id,
        waiting=len(waiting),
        signed_in=len(room.present),
        members=len(room.members),
        work=tuple(_explain_work(picture, taken_up, work, now_ms) for work in waiting[:limit]),
    )


def explain_waiting(
    picture: Picture, taken_up: TakenUp, id_: str, now_ms: int
) -> WaitingExplained | None:
    """Of one conversation, right after a decision at epoch `now_ms`.

    None: it does not wait to be given to somebody, as far as the picture goes.
    """
    work = picture.works.get(id_)
    if work is None or not work.is_open:
        return None
    return _explain_work(picture, taken_up, work, now_ms)


def _explain_work(picture: Picture, taken_up: TakenUp, work: Work, now_ms: int) -> WaitingExplained:
    seen = picture.find_seen(work.id)
    assert seen is not None
    explained = explain(picture, taken_up, seen, now_ms)
    obstacles = Counter(person.obstacle or FREE for person in explained.people)
    return WaitingExplained(
        place=explained.place,
        conversation_id=work.id,
        sequence=work.sequence,
        priority=seen.priority,
        queued_at=format_time(work.queued_ms),
        says=explained.says,
        people=dict(sorted(obstacles.items())),
        wait=explained.wait,
    )
