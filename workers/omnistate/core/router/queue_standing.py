"""How the queues stand: what waits in each, for how long, and who is there for it.

Read from a picture right after a decision; it decides nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

from omnistate.core.router.picture import Picture


class QueueStanding(NamedTuple):
    """One queue. `oldest_wait_ms` is 0 where nothing waits."""

    queue_id: str
    waiting: int
    oldest_wait_ms: int
    signed_in: int
    # Who has room for something that waits here, skills, ranks and declines aside.
    free: int


def list_standings(picture: Picture, now_ms: int) -> Iterator[QueueStanding]:
    """Every queue that is configured, as of a decision at epoch `now_ms`."""
    for room in picture.rooms.values():
        waiting = [work for work in room.works.values() if work.is_open]
        oldest_ms = min((work.queued_ms for work in waiting), default=now_ms)
        free = room.find_free({work.need for work in waiting})
        yield QueueStanding(
            room.id, len(waiting), max(now_ms - oldest_ms, 0), len(room.present), len(free)
        )
