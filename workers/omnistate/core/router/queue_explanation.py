"""What waits in a queue: in the order in which it will be given out, why, and for how long.

Said by what explains a single conversation, right after a decision.
"""

from collections import Counter

import msgspec
from omnistate_schemas.times import format_time

from omnistate.core.router.explanation import explain
from omnistate.core.router.picture import Picture
from omnistate.core.router.wait_estimate import TakenUp, WaitEstimate

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
    found = []
    for work in waiting[:limit]:
        seen = picture.find_seen(work.id)
        assert seen is not None
        explained = explain(picture, taken_up, seen, now_ms)
        obstacles = Counter(person.obstacle or FREE for person in explained.people)
        found.append(
            WaitingExplained(
                place=explained.place,
                conversation_id=work.id,
                sequence=work.sequence,
                priority=seen.priority,
                queued_at=format_time(work.queued_ms),
                says=explained.says,
                people=dict(sorted(obstacles.items())),
                wait=explained.wait,
            )
        )
    return QueueExplained(
        queue_id=queue_id,
        waiting=len(waiting),
        signed_in=len(room.present),
        members=len(room.members),
        work=tuple(found),
    )
