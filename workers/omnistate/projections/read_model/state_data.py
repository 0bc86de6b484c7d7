"""What of a change decides where it stands in the read model, as either edition publishes it; pure.

A member that is null or empty may be missing, and so may what edition 1 did not say.
"""

from typing import Annotated, Final

import msgspec
from omnistate_schemas.times import parse_time_ms

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
SequenceNumber = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
# Each is a command of the batch; no workstream has more than twenty offers pending.
OFFERS_MAX: Final = 100


class NextTimer(msgspec.Struct, gc=False):
    """The earliest of its timers."""

    name: str
    at: str


class StateData(msgspec.Struct, gc=False):
    """The members of `data` that decide something."""

    conversation_id: Id
    sequence: SequenceNumber
    status: Id
    workstream_id: Id
    queue_id: Id | None = None
    representative_id: Id | None = None
    offered_representative_id: Id | None = None
    offered_representative_ids: Annotated[list[Id], msgspec.Meta(max_length=OFFERS_MAX)] = []
    detail: str | None = None
    previous_status: str | None = None
    previous_detail: str | None = None
    previous_status_seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None
    occurred_at: str | None = None
    queued_at: str | None = None
    scheduled_for: str | None = None
    next_timer: NextTimer | None = None


def offered_ids(data: StateData) -> tuple[str, ...]:
    """Everybody who has an offer; edition 1 knew one."""
    first = data.offered_representative_id
    return tuple(data.offered_representative_ids) or (() if first is None else (first,))


def listed_ms(data: StateData, time_ms: int) -> int:
    """What orders it where it is listed, epoch ms. Raises ValueError where there is no such day.

    That is since when it waits, or is with a bot or outside; or for when it is scheduled.
    """
    if data.status == "open" and data.queued_at is not None:
        return parse_time_ms(data.queued_at)
    if data.status == "scheduled":
        timer = data.next_timer
        due = timer.at if timer is not None and timer.name == "scheduled" else None
        if (due := data.scheduled_for or due) is not None:
            return parse_time_ms(due)
    at_ms = time_ms if data.occurred_at is None else parse_time_ms(data.occurred_at)
    if (data.previous_status, data.previous_detail) == (data.status, data.detail):
        at_ms -= round((data.previous_status_seconds or 0) * 1_000)
    return at_ms
