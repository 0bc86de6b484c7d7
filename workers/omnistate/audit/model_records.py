"""Records of the read model's topics by the audit's own reading: what of them can be shown.

It shares nothing with `omnistate.projections`; both follow contract.md#followed.
"""

from typing import Annotated, Final

import msgspec
from omnistate_schemas.times import format_time, parse_time_ms
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    Presence,
    PresenceReason,
)

from omnistate.stream.ports import Record

_TYPES: Final = {
    CONVERSATION_STATES: "conversation.state_changed",
    REPRESENTATIVE_CAPACITY: "representative.capacity_changed",
}
_ID_MEMBERS: Final = {
    CONVERSATION_STATES: "conversation_id",
    REPRESENTATIVE_CAPACITY: "representative_id",
}


class _Event(msgspec.Struct, gc=False):
    type: str
    time: str
    data: dict[str, msgspec.Raw]


_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Number = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Sequence = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Timer(msgspec.Struct, gc=False):
    """The earliest timer after a change."""

    name: str
    at: str


class State(msgspec.Struct, gc=False):
    """What decides something of a change; edition 1 did not say all of it."""

    sequence: _Sequence
    status: str
    workstream_id: str
    queue_id: str | None = None
    representative_id: str | None = None
    offered_representative_id: str | None = None
    offered_representative_ids: list[str] = []
    detail: str | None = None
    previous_status: str | None = None
    previous_detail: str | None = None
    previous_status_seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None
    occurred_at: str | None = None
    queued_at: str | None = None
    scheduled_for: str | None = None
    next_timer: Timer | None = None


class _StateEvent(msgspec.Struct, gc=False):
    data: State


class _Slots(msgspec.Struct, gc=False):
    limit: _Count
    occupied: _Count
    available: _Number
    blocking: bool
    granted: _Count = 0


class _Reason(msgspec.Struct, gc=False):
    type: str
    id: str | None = None
    source: str | None = None
    actor_id: str | None = None


class _ReservationData(msgspec.Struct, gc=False):
    id: str
    source: str


class _GrantData(msgspec.Struct, gc=False):
    conversation_id: str
    reservation: _ReservationData
    at: str


class _Totals(msgspec.Struct, gc=False):
    """Without any of it there is nothing to be shown of somebody."""

    sequence: _Sequence
    units: _Count
    occupied_units: _Count
    available_units: _Number
    blocked_by_profile: bool
    presence: Presence
    presence_reason: PresenceReason
    assignable: bool
    gaps: _Count
    changed_at: str
    # Whatever is null or empty is left out.
    profiles: dict[str, _Slots] = {}
    granted_units: _Count = 0
    grants: list[_GrantData] = []
    set_presence: Presence | None = None
    last_granted_at: str | None = None
    last_released_at: str | None = None
    cause: _Reason | None = None


class _TotalsEvent(msgspec.Struct, gc=False):
    data: _Totals


_EVENT: Final = msgspec.json.Decoder(_Event).decode
_STATE: Final = msgspec.json.Decoder(_StateEvent).decode
_TOTALS: Final = msgspec.json.Decoder(_TotalsEvent).decode
# No more members are kept of anything.
_MEMBERS_MAX: Final = 1_000
_ANY: Final = msgspec.json.Decoder().decode
# Whatever a record raises that is none of its topic: the projection leaves it out, too.
UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)


def read_state(record: Record) -> tuple[str, dict[str, str], int, State | None]:
    """A record of `conversation-states`; None takes a conversation away.

    Whom it is about, their fields, and when. Raises what is UNREADABLE.
    """
    id_, fields, at_ms = read_fields(record)
    if record.value is None:
        return id_, fields, at_ms, None
    # All of it is kept: none of it may be no text.
    record.value.decode()
    state = _STATE(record.value).data
    if (state.previous_status_seconds or 0) * 1_000 > at_ms:
        raise ValueError("longer than there is time")
    return id_, fields, at_ms, state


def read_totals(record: Record) -> tuple[str, dict[str, str]]:
    """A record of `representative-capacity`: whom it is about, and their fields.

    Raises what is UNREADABLE.
    """
    id_, fields, _ = read_fields(record)
    if record.value is not None:
        parse_time_ms(_TOTALS(record.value).data.changed_at)
    return id_, fields


def read_fields(record: Record) -> tuple[str, dict[str, str], int]:
    """Whom a record is about, their fields, and when. Raises what is UNREADABLE.

    A text is itself, null is no field, everything else is the JSON that it is.
    """
    topic = record.topic
    if record.value is None:
        return (record.key or b"").decode(), {}, 0
    event = _EVENT(record.value or b"")
    if event.type != _TYPES[topic]:
        raise ValueError("of another type")
    if len(event.data) > _MEMBERS_MAX:
        raise ValueError("too many members")
    at_ms = parse_time_ms(event.time)
    fields = {"changed_at": format_time(at_ms)}
    for name, raw in event.data.items():
        written = bytes(raw)
        if written.startswith(b'"'):
            fields[name] = str(_ANY(written))
        elif written != b"null":
            fields[name] = written.decode()
    id_ = fields.get(_ID_MEMBERS[topic])
    if not id_:
        raise ValueError("about nobody")
    return id_, fields, at_ms
