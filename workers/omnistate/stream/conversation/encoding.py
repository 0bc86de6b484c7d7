"""From facts to records: the CloudEvents envelope around what the core says.

It gives outputs their deterministic ids and their topic; it decides nothing.
"""

from hashlib import blake2b
from typing import Final, get_args

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from omnistate_schemas.completeness import check_complete
from omnistate_schemas.registry import OUTPUTS
from omnistate_schemas.vocabulary import CONVERSATION_STATES, REPRESENTATIVE_CAPACITY

from omnistate.core.facts import (
    CapacityChange,
    Declined,
    Fact,
    Held,
    Ignored,
    Recorded,
    Rejected,
    Released,
    Reminder,
    StateChange,
)
from omnistate.core.input import Input
from omnistate.stream.cloudevents import HEADERS, SOURCE
from omnistate.stream.conversation.output_event import OutputEvent
from omnistate.stream.ports import Outgoing

# What the conversation worker publishes; the representative worker has its own topic.
_NAMES: Final[dict[type, str]] = {
    StateChange: "conversation.state_changed",
    Held: "capacity.held",
    Released: "capacity.released",
    Declined: "capacity.declined",
    Recorded: "input.recorded",
    Reminder: "conversation.reminder",
    Rejected: "input.rejected",
    Ignored: "input.ignored",
}
_PUBLISHED: Final = [
    name for name, (_, topic) in OUTPUTS.items() if topic != REPRESENTATIVE_CAPACITY
]
check_complete("encoding._NAMES", _NAMES.values(), _PUBLISHED, "output type")
check_complete(
    "encoding._NAMES",
    [it.__name__ for it in _NAMES],
    [it.__name__ for it in get_args(Fact)],
    "fact",
)
_TYPES: Final = {fact: (name, OUTPUTS[name][1]) for fact, name in _NAMES.items()}
_DIGEST_BYTES: Final = 16
_ENCODE: Final = msgspec.json.Encoder().encode
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_UNSET: Final = UNSET
_EVENT: Final = OutputEvent
_STATE_CHANGE: Final = StateChange
_CAPACITY_CHANGE: Final = CapacityChange
_RELEASED: Final = Released
_OUTGOING: Final = Outgoing


def _declined_id(fact: Declined, origin: str, cause: Input | None, time: str) -> str:
    """What tells it from others: whose grant, and the input or the timer that it came from."""
    granted = "\0".join((fact.representative_id, fact.reservation.source, fact.reservation.id))
    # Short whatever it is made of: an id is read as one of an input, too.
    digest = blake2b(granted.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    whose = f"{digest}.declined"
    if cause is None:
        return f"{origin}.{time}.{whose}"
    return f"{cause.topic}-{cause.partition}-{cause.offset}.{whose}"


def encode_fact(fact: Fact, origin: str, time: str, cause: Input | None) -> Outgoing:
    """The record of a fact: `origin` is its conversation's, `time` RFC 3339, no cause = a timer.

    Its id is unique among all outputs and the same in every run.
    """
    kind = type(fact)
    type_, topic = _TYPES[kind]
    if isinstance(fact, _STATE_CHANGE):
        subject, id_ = fact.conversation_id, f"{origin}.{fact.sequence}"
    elif isinstance(fact, _CAPACITY_CHANGE):
        subject, id_ = fact.representative_id, fact.hold_id
        if kind is _RELEASED:
            id_ = f"{id_}.released"
    elif isinstance(fact, Declined):
        subject, id_ = fact.representative_id, _declined_id(fact, origin, cause, time)
    elif isinstance(fact, Reminder):
        subject, id_ = fact.conversation_id, f"{origin}.reminder{fact.number}"
        fact = replace(fact, number=_UNSET)
    else:
        place = fact.input
        subject, id_ = fact.conversation_id, f"{place.topic}-{place.partition}-{place.offset}"
    causationid: str | UnsetType = _UNSET
    traceparent: str | UnsetType = _UNSET
    tracestate: str | UnsetType = _UNSET
    if cause is not None:
        causationid = cause.id
        traceparent = cause.traceparent or _UNSET
        tracestate = cause.tracestate or _UNSET
    event = _EVENT(
        "1.0", id_, SOURCE, type_, subject, time, fact, causationid, traceparent, tracestate
    )
    return _OUTGOING(topic, subject.encode(), _ENCODE(event), HEADERS)


def encode_state(conversation_id: str, last: Outgoing | None) -> Outgoing:
    """The record of where a conversation stands: its last change as it is; None = a tombstone."""
    if last is None:
        return _OUTGOING(CONVERSATION_STATES, conversation_id.encode(), None)
    return _OUTGOING(CONVERSATION_STATES, last.key, last.value, last.headers)
