"""What people and routers say to the representative worker: presence, and assignment requests.

Read and judged by form alone. A presence that cannot be used is a dead letter; a request that
cannot is an input with a problem, which is answered.
"""

from typing import Any, Final, NamedTuple

from omnistate_schemas.assignment import ASSIGNMENT, AssignmentRequestedData
from omnistate_schemas.envelope import ID_LENGTH_MAX, Envelope
from omnistate_schemas.presence import PRESENCE, PresenceData
from omnistate_schemas.registry import REPRESENTATIVE_INPUTS
from pydantic import ValidationError

from omnistate.core.facts import Cause
from omnistate.core.representative.grants import Request
from omnistate.stream.cloudevents import Undecodable, describe_error, fingerprint_of, read_event
from omnistate.stream.ports import Record
from omnistate.stream.representative.occasion import Occasion, pick_trace

DEFAULT_PRESENCES: Final = frozenset({"available", "busy"})


class PresenceSaid(NamedTuple):
    """A presence, by whom, and how it is known again."""

    representative_id: str
    data: PresenceData
    fingerprint: bytes
    occasion: Occasion


class Asked(NamedTuple):
    """A request, or what is wrong with it; what of it an answer repeats."""

    representative_id: str
    # None where there is none that could be an id.
    conversation_id: str | None
    request: Request | None
    problem: str | None
    occasion: Occasion


def read_presence(record: Record) -> PresenceSaid:
    """The presence in a record of `representative-presence`. Raises Undecodable."""
    envelope = _read(record)
    try:
        event = PRESENCE.validate_python(envelope)
    except ValidationError as error:
        raise Undecodable("undecodable", describe_error(error)) from None
    _check_key(record, event.subject)
    actor_id = event.data.supervisor_id or event.subject
    cause = Cause(event.type, event.id, event.source, actor_id)
    occasion = Occasion(cause, pick_trace(envelope))
    fingerprint = fingerprint_of(event.source, event.id)
    return PresenceSaid(event.subject, event.data, fingerprint, occasion)


def read_request(record: Record) -> Asked:
    """The request in a record of `assignment-requests`. Raises Undecodable."""
    envelope = _read(record)
    _check_key(record, envelope["subject"])
    type_, id_, source, subject = (envelope[name] for name in ("type", "id", "source", "subject"))
    occasion = Occasion(Cause(type_, id_, source), pick_trace(envelope))
    try:
        data = ASSIGNMENT.validate_python(envelope).data
    except ValidationError as error:
        conversation_id = _id_of(envelope["data"].get("conversation_id"))
        return Asked(subject, conversation_id, None, describe_error(error), occasion)
    request = _request_of(data, id_, source)
    return Asked(subject, data.conversation_id, request, None, occasion)


def _request_of(data: AssignmentRequestedData, id_: str, source: str) -> Request:
    allowed = data.allowed_presences
    return Request(
        id_,
        source,
        fingerprint_of(source, id_),
        data.conversation_id,
        data.units or 0,
        tuple(data.profiles or ()),
        data.expected_sequence,
        data.auto_accept,
        DEFAULT_PRESENCES if allowed is None else frozenset(allowed),
    )


def _read(record: Record) -> Envelope:
    envelope, _ = read_event(
        record.value,
        record.headers,
        REPRESENTATIVE_INPUTS,
        key=record.key,
        timestamp_ms=record.timestamp_ms,
    )
    if REPRESENTATIVE_INPUTS[envelope["type"]][1] != record.topic:
        raise Undecodable("wrong_topic", f"{envelope['type']} belongs on another topic")
    return envelope


def _check_key(record: Record, representative_id: str) -> None:
    if record.key != representative_id.encode():
        raise Undecodable("wrong_key", "the record's key is not the representative")


def _id_of(value: Any) -> str | None:
    return value if isinstance(value, str) and 1 <= len(value) <= ID_LENGTH_MAX else None
