"""Records of the topics, decoded as far as the read model needs them.

A member that is null or empty may be missing, and so may what edition 1 did not say; one that a
later version adds is kept as it is. What cannot be shown, or kept, is no record of its topic:
whoever may write there may have written it. Nothing here quotes a record.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, NamedTuple

import msgspec
from omnistate_schemas.times import format_time, parse_time_ms
from omnistate_schemas.vocabulary import Presence, PresenceReason

from omnistate.projections.read_model.state_data import (
    Id,
    SequenceNumber,
    StateData,
    listed_ms,
    offered_ids,
)
from omnistate.stream.ports import Record

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Number = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
# Redis takes no more at once, by far: some thirty are published.
MEMBERS_MAX: Final = 1_000
_STATE_CHANGED: Final = "conversation.state_changed"
_CAPACITY_CHANGED: Final = "representative.capacity_changed"


class Unreadable(ValueError):
    """Not a record of this topic; the message says why, without its content."""


class Change(NamedTuple):
    """One change of a conversation, as far as it decides something here."""

    conversation_id: str
    sequence: int
    status: str
    detail: str | None
    workstream_id: str
    queue_id: str | None
    representative_id: str | None
    offered_representative_ids: tuple[str, ...]
    time_ms: int
    # What it is ordered by where it is listed: since when it waits, or for when it is scheduled.
    listed_ms: int
    offset: int
    # The event as it lies on the topic.
    text: str
    # Its members as those of a hash; empty where nobody needs them.
    fields: dict[str, str]


class Forgotten(NamedTuple):
    """A conversation that the engine remembers no more."""

    conversation_id: str


class Capacity(NamedTuple):
    """What is said of a representative last; `fields` None takes them away."""

    representative_id: str
    fields: dict[str, str] | None


class _StateEvent(msgspec.Struct, gc=False):
    type: str
    time: str
    data: StateData


class _ProfileData(msgspec.Struct, gc=False):
    limit: _Count
    occupied: _Count
    available: _Number
    blocking: bool
    granted: _Count = 0


class _CauseData(msgspec.Struct, gc=False):
    type: str
    id: Id | None = None
    source: str | None = None
    actor_id: str | None = None


class _ReservationData(msgspec.Struct, gc=False):
    id: str
    source: str


class _GrantData(msgspec.Struct, gc=False):
    conversation_id: str
    reservation: _ReservationData
    at: str


class _CapacityData(msgspec.Struct, gc=False):
    """All of it: one representative that cannot be shown would be missing on every board."""

    representative_id: Id
    sequence: SequenceNumber
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
    profiles: dict[Id, _ProfileData] = {}
    granted_units: _Count = 0
    grants: list[_GrantData] = []
    set_presence: Presence | None = None
    last_granted_at: str | None = None
    last_released_at: str | None = None
    cause: _CauseData | None = None


class _CapacityEvent(msgspec.Struct, gc=False):
    type: str
    time: str
    data: _CapacityData


class _Members(msgspec.Struct):
    data: dict[str, msgspec.Raw]


_STATE: Final = msgspec.json.Decoder(_StateEvent)
_CAPACITY: Final = msgspec.json.Decoder(_CapacityEvent)
_MEMBERS: Final = msgspec.json.Decoder(_Members)
_TEXT: Final = msgspec.json.Decoder(str)


def decode_change(record: Record) -> Change:
    """A record of `conversation-state-changes`, without its fields. Raises Unreadable."""
    return _read_change(record, with_fields=False)


def decode_whole_change(record: Record) -> Change:
    """The same with its fields. Raises Unreadable."""
    return _read_change(record, with_fields=True)


def decode_state(record: Record) -> Change | Forgotten:
    """A record of `conversation-states`, with its fields. Raises Unreadable."""
    if record.value is not None:
        return _read_change(record, with_fields=True)
    with _explained():
        return Forgotten((record.key or b"").decode())


def _read_change(record: Record, *, with_fields: bool) -> Change:
    value = record.value or b""
    with _explained():
        event = _STATE.decode(value)
        data = event.data
        _check_type(event.type, _STATE_CHANGED)
        time_ms = parse_time_ms(event.time)
        if (data.previous_status_seconds or 0) * 1_000 > time_ms:
            raise Unreadable("previous_status_seconds: more than there have been")
        return Change(
            data.conversation_id,
            data.sequence,
            data.status,
            data.detail,
            data.workstream_id,
            data.queue_id,
            data.representative_id,
            offered_ids(data),
            time_ms,
            listed_ms(data, time_ms),
            record.offset,
            value.decode(),
            flatten(value) if with_fields else {},
        )


def decode_capacity(record: Record) -> Capacity:
    """A record of `representative-capacity`. Raises Unreadable."""
    with _explained():
        if record.value is None:
            return Capacity((record.key or b"").decode(), None)
        event = _CAPACITY.decode(record.value)
        _check_type(event.type, _CAPACITY_CHANGED)
        parse_time_ms(event.data.changed_at)
        fields = {"changed_at": format_time(parse_time_ms(event.time))}
        return Capacity(event.data.representative_id, fields | flatten(record.value))


def flatten(event: str | bytes) -> dict[str, str]:
    """The members of an event's `data` as fields of a hash: null is absent, the rest JSON.

    A text stands for itself, without quotes. Raises Unreadable where they are too many, and what
    decoding raises.
    """
    members = _MEMBERS.decode(event).data
    if len(members) > MEMBERS_MAX:
        raise Unreadable(f"{len(members)} members; {MEMBERS_MAX} are the most")
    fields: dict[str, str] = {}
    for name, raw in members.items():
        written = bytes(raw)
        if written.startswith(b'"'):
            fields[name] = _TEXT.decode(written)
        elif written != b"null":
            fields[name] = written.decode()
    return fields


def _check_type(said: str, wanted: str) -> None:
    if said != wanted:
        raise Unreadable("of another type")


@contextmanager
def _explained() -> Iterator[None]:
    """Raise Unreadable for whatever decoding raises; msgspec names a member, never its content."""
    try:
        yield
    except Unreadable:
        raise
    except UnicodeDecodeError:
        raise Unreadable("invalid UTF-8") from None
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise Unreadable(str(error) or type(error).__name__) from None
