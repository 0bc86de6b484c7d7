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
    Rejected,
    Released,
    StateChange,
)
from workers.core.intake import Input
from workers.runtime.decoding import DeadLetter
from workers.runtime.output_event import OutputEvent
from workers.runtime.ports import Outgoing

SOURCE: Final = "/omnistate"
HEADERS: Final = (("content-type", b"application/cloudevents+json"),)


_TYPES: Final[dict[type, tuple[str, str]]] = {
    StateChange: ("conversation.state_changed", STATE_CHANGES),
    Held: ("capacity.held", CAPACITY_CHANGES),
    Released: ("capacity.released", CAPACITY_CHANGES),
    Rejected: ("input.rejected", REJECTED_INPUTS),
    Ignored: ("input.ignored", REJECTED_INPUTS),
}
_ENCODE: Final = msgspec.json.Encoder().encode


def encode_fact(fact: Fact, origin: str, time: str, cause: Input | None) -> Outgoing:
    """The record of a fact: `origin` is its conversation's, `time` RFC 3339, no cause = a timer.

    Its id is unique among all outputs and the same in every run.
    """
    kind = type(fact)
    type_, topic = _TYPES[kind]
    if isinstance(fact, StateChange):
        subject, id_ = fact.conversation_id, f"{origin}.{fact.sequence}"
    elif isinstance(fact, CapacityChange):
        subject, id_ = fact.representative_id, fact.hold_id
        if kind is Released:
            id_ = f"{id_}.released"
    else:
        place = fact.input
        subject, id_ = fact.conversation_id, f"{place.topic}-{place.partition}-{place.offset}"
    causationid: str | UnsetType = UNSET
    traceparent: str | UnsetType = UNSET
    tracestate: str | UnsetType = UNSET
    if cause is not None:
        causationid = cause.id
        traceparent = cause.traceparent or UNSET
        tracestate = cause.tracestate or UNSET
    event = OutputEvent(
        "1.0", id_, SOURCE, type_, subject, time, fact, causationid, traceparent, tracestate
    )
    return Outgoing(topic, subject.encode(), _ENCODE(event), HEADERS)


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
