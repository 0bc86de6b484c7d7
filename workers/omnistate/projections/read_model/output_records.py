"""Records of the topics, decoded as far as the read model needs them.

A member that a later version adds is kept as it is. Nothing here quotes a record.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, NamedTuple

import msgspec
from omnistate_schemas.times import format_time, parse_time_ms

from omnistate.stream.ports import Record

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_STATE_CHANGED: Final = "conversation.state_changed"
_CAPACITY_CHANGED: Final = "representative.capacity_changed"


class Unreadable(ValueError):
    """Not a record of this topic; the message says why, without its content."""


class Change(NamedTuple):
    """One change of a conversation, as far as it decides something here."""

    conversation_id: str
    sequence: int
    status: str
    workstream_id: str
    queue_id: str | None
    representative_id: str | None
    offered_representative_id: str | None
    time_ms: int
    # Since when it has been in its status without a break.
    since_ms: int
    offset: int
    # The event as it lies on the topic.
    text: str


class Forgotten(NamedTuple):
    """A conversation that the engine remembers no more."""

    conversation_id: str


class Capacity(NamedTuple):
    """What is said of a representative last; `fields` None takes them away."""

    representative_id: str
    fields: dict[str, str] | None


class _StateData(msgspec.Struct, gc=False):
    conversation_id: _Id
    sequence: Annotated[int, msgspec.Meta(ge=1)]
    status: _Id
    workstream_id: _Id
    queue_id: _Id | None = None
    representative_id: _Id | None = None
    offered_representative_id: _Id | None = None
    previous_status: str | None = None
    previous_status_seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


class _StateEvent(msgspec.Struct, gc=False):
    type: str
    time: str
    data: _StateData


class _CapacityData(msgspec.Struct, gc=False):
    representative_id: _Id


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
    """A record of `conversation-state-changes`. Raises Unreadable."""
    with _explained():
        event = _STATE.decode(record.value or b"")
        data = event.data
        _check_type(event.type, _STATE_CHANGED)
        time_ms = since_ms = parse_time_ms(event.time)
        if data.previous_status == data.status and data.previous_status_seconds is not None:
            since_ms -= round(data.previous_status_seconds * 1_000)
        return Change(
            data.conversation_id,
            data.sequence,
            data.status,
            data.workstream_id,
            data.queue_id,
            data.representative_id,
            data.offered_representative_id,
            time_ms,
            since_ms,
            record.offset,
            (record.value or b"").decode(),
        )


def decode_state(record: Record) -> Change | Forgotten:
    """A record of `conversation-states`. Raises Unreadable."""
    if record.value is not None:
        return decode_change(record)
    with _explained():
        return Forgotten((record.key or b"").decode())


def decode_capacity(record: Record) -> Capacity:
    """A record of `representative-capacity`. Raises Unreadable."""
    with _explained():
        if record.value is None:
            return Capacity((record.key or b"").decode(), None)
        event = _CAPACITY.decode(record.value)
        _check_type(event.type, _CAPACITY_CHANGED)
        fields = {"changed_at": format_time(parse_time_ms(event.time))}
        return Capacity(event.data.representative_id, fields | flatten(record.value))


def flatten(event: str | bytes) -> dict[str, str]:
    """The members of an event's `data` as fields of a hash: null is absent, the rest JSON.

    A text stands for itself, without quotes.
    """
    fields: dict[str, str] = {}
    for name, raw in _MEMBERS.decode(event).data.items():
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
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unreadable(str(error) or type(error).__name__) from None
