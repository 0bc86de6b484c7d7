"""From facts to records: the CloudEvents envelope around what the core says, and dead letters.

It gives outputs their deterministic ids and their topic; it decides nothing.
"""

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from schemas.vocabulary import CAPACITY_CHANGES, DEAD_LETTERS, REJECTED_INPUTS, STATE_CHANGES
from workers.core.facts import (
    CapacityChange,
    Fact,
    Held,
    Ignored,
    Refused,
    Rejected,
    Released,
    StateChange,
)
from workers.core.intake import Input
from workers.runtime.decoding import DeadLetter
from workers.runtime.ports import Outgoing

SOURCE: Final = "/omnistate"
HEADERS: Final = (("content-type", b"application/cloudevents+json"),)


class OutputEvent(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The envelope of an output (section 3)."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    data: Fact
    causationid: str | UnsetType = UNSET
    traceparent: str | UnsetType = UNSET
    tracestate: str | UnsetType = UNSET


_TYPES: Final[dict[type, tuple[str, str]]] = {
    StateChange: ("conversation.state_changed", STATE_CHANGES),
    Held: ("capacity.held", CAPACITY_CHANGES),
    Released: ("capacity.released", CAPACITY_CHANGES),
    Rejected: ("input.rejected", REJECTED_INPUTS),
    Ignored: ("input.ignored", REJECTED_INPUTS),
}
_ENCODER: Final = msgspec.json.Encoder()


def encode_fact(fact: Fact, origin: str, time: str, cause: Input | None) -> Outgoing:
    """The record of a fact: `origin` is its conversation's, `time` RFC 3339, no cause = a timer."""
    type_, topic = _TYPES[type(fact)]
    subject = fact.representative_id if isinstance(fact, CapacityChange) else fact.conversation_id
    traceparent = cause.traceparent if cause else None
    tracestate = cause.tracestate if cause else None
    event = OutputEvent(
        "1.0",
        _identify(fact, origin),
        SOURCE,
        type_,
        subject,
        time,
        fact,
        cause.id if cause else UNSET,
        UNSET if traceparent is None else traceparent,
        UNSET if tracestate is None else tracestate,
    )
    return Outgoing(topic, subject.encode(), _ENCODER.encode(event), HEADERS)


def _identify(fact: Fact, origin: str) -> str:
    """An id that is unique among all outputs and the same in every run."""
    if isinstance(fact, StateChange):
        return f"{origin}.{fact.sequence}"
    if isinstance(fact, Released):
        return f"{fact.hold_id}.released"
    if isinstance(fact, Refused):
        return f"{fact.input.topic}-{fact.input.partition}-{fact.input.offset}"
    return fact.hold_id


def encode_dead_letter(dead: DeadLetter) -> Outgoing:
    """The record as it was received, with three headers that say why and whence (section 8)."""
    record = dead.record
    origin = f"{record.topic}/{record.partition}/{record.offset}"
    return Outgoing(
        DEAD_LETTERS,
        record.key,
        record.value,
        (
            *record.headers,
            ("omnistate-error", dead.code.encode()),
            ("omnistate-error-message", dead.message.encode()),
            ("omnistate-origin", origin.encode()),
        ),
    )
