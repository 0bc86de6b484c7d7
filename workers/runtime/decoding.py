"""From a record to an input: CloudEvents in structured and binary mode, and what may be wrong.

Decoding knows no conversation. What cannot be decoded becomes a DeadLetter with its code; what can,
but whose `data` is unusable, becomes an Input with a `problem`.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from schemas.envelope import ENVELOPE, Envelope
from schemas.input_data import Data
from schemas.registry import INPUTS
from schemas.times import parse_time_ms
from workers.core.intake import FINGERPRINT_BYTES, Input
from workers.runtime.json_text import UnusableText, read_object
from workers.runtime.partitioning import partition_of
from workers.runtime.ports import Headers, Record

RECORD_BYTES_MAX: Final = 65_536
STRUCTURED: Final = "application/cloudevents+json"


class Undecodable(ValueError):
    """The record is no event that the engine can take; `code` is the dead letter's."""

    def __init__(self, code: str, message: str) -> None:
        """`message` says what is wrong without quoting the content."""
        super().__init__(message)
        self.code = code


class DeadLetter(NamedTuple):
    """A record that is put aside, and why."""

    record: Record
    code: str
    message: str


class Decoded(NamedTuple):
    """An input and its own `time`, which only a log without append times goes by."""

    input: Input
    time_ms: int


def _data_model(name: str) -> type[Data]:
    model = INPUTS[name].model.model_fields["data"].annotation
    assert isinstance(model, type)
    assert issubclass(model, Data)
    return model


# The validators themselves: one call less per event than `model_validate`.
_VALIDATE_ENVELOPE: Final = ENVELOPE.validator.validate_python
_VALIDATE_DATA: Final[dict[str, Callable[[Any], Any]]] = {
    name: _data_model(name).__pydantic_validator__.validate_python for name in INPUTS
}


def decode_record(record: Record, partitions: int) -> Decoded | DeadLetter:
    """The input in a record of an input topic that has `partitions` partitions."""
    try:
        envelope, time_ms = read_event(record.key, record.value, record.headers)
        _check_place(record, envelope, partitions)
    except Undecodable as error:
        return DeadLetter(record, error.code, str(error))
    return Decoded(read_input(envelope, record.topic, record.partition, record.offset), time_ms)


def _check_place(record: Record, envelope: Envelope, partitions: int) -> None:
    if INPUTS[envelope["type"]].topic != record.topic:
        raise Undecodable("wrong_topic", f"{envelope['type']} belongs on another topic")
    if record.key is None or record.key != envelope["subject"].encode():
        raise Undecodable("wrong_key", "the record's key is not its subject")
    if envelope["type"] == "conversation.started":
        home = partition_of(record.key, partitions)
        if home != record.partition:
            raise Undecodable("wrong_partition", f"the key belongs to partition {home}")


def read_event(key: bytes | None, value: bytes | None, headers: Headers) -> tuple[Envelope, int]:
    """The envelope of a record of a known type, and its time in ms. Raises Undecodable."""
    if value is None:
        raise Undecodable("undecodable", "the record has no value")
    size = len(value) + len(key or b"") + sum(len(name) + len(text) for name, text in headers)
    if size > RECORD_BYTES_MAX:
        raise Undecodable("oversized", f"{size} bytes; {RECORD_BYTES_MAX} are the most")
    try:
        members = read_object(value)
    except UnusableText as error:
        raise Undecodable("undecodable", str(error)) from None
    if headers:
        members = _unwrap(members, headers)
    try:
        envelope: Envelope = _VALIDATE_ENVELOPE(members)
        time_ms = parse_time_ms(envelope["time"])
    except ValidationError as error:
        raise Undecodable("undecodable", describe_error(error)) from None
    except ValueError as error:
        raise Undecodable("undecodable", f"time: {error}") from None
    if envelope["type"] not in INPUTS:
        raise Undecodable("unknown_type", "no such type of event")
    return envelope, time_ms


def _unwrap(members: dict[str, Any], headers: Headers) -> dict[str, Any]:
    """The event's members in the content mode that the headers say (Kafka protocol binding)."""
    named = {name.lower(): value for name, value in headers}
    content_type = (
        named.get("content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    )
    if content_type == STRUCTURED:
        return members
    attributes = {
        name[3:]: value.decode(errors="replace")
        for name, value in named.items()
        if name.startswith("ce_")
    }
    if attributes:
        if (
            content_type
            and content_type != "application/json"
            and not content_type.endswith("+json")
        ):
            raise Undecodable("undecodable", "the content type of the data is not JSON")
        return {**attributes, "data": members}
    if content_type:
        raise Undecodable("undecodable", "the content type is not that of a CloudEvent")
    return members


def read_input(envelope: Envelope, topic: str, partition: int, offset: int) -> Input:
    """The core's view of an event; unusable `data` is its `problem`."""
    type_, source, id_ = envelope["type"], envelope["source"], envelope["id"]
    raw = envelope["data"]
    data: Data | None = None
    problem = None
    trigger, queue_id, target_id = type_, None, None
    representative_id, supervisor_id = None, None
    try:
        data = _VALIDATE_DATA[type_](raw)
    except ValidationError as error:
        problem = describe_error(error)
        representative_id = _text(raw.get("representative_id"))
        supervisor_id = _text(raw.get("supervisor_id"))
    else:
        members = vars(data)
        representative_id = target_id = members.get("representative_id")
        supervisor_id = members.get("supervisor_id")
        queue_id = members.get("queue_id")
        variant = _VARIANTS.get(type_)
        if variant is not None:
            trigger, queue_id, target_id = variant(data, queue_id, target_id)
    traceparent, tracestate = envelope.get("traceparent"), envelope.get("tracestate")
    return Input(
        topic,
        partition,
        offset,
        type_,
        trigger,
        envelope["subject"],
        id_,
        source,
        # The length keeps ("a", "bc") and ("ab", "c") apart.
        blake2b(f"{len(source)}:{source}{id_}".encode(), digest_size=FINGERPRINT_BYTES).digest(),
        data,
        problem,
        representative_id,
        supervisor_id,
        queue_id,
        target_id,
        traceparent and _text(traceparent),
        tracestate and _text(tracestate),
    )


Meaning = tuple[str, str | None, str | None]


def _read_transfer(data: Any, queue_id: str | None, target_id: str | None) -> Meaning:
    del queue_id, target_id
    trigger = f"representative.transfer/{data.to.kind}"
    if data.to.kind == "queue":
        return trigger, data.to.id, None
    return trigger, None, data.to.id


def _read_assignment(_: Any, queue_id: str | None, target_id: str | None) -> Meaning:
    variant = "queue" if target_id is None else "representative"
    return f"supervisor.assign/{variant}", queue_id, target_id


def _read_deactivation(data: Any, queue_id: str | None, target_id: str | None) -> Meaning:
    variant = "deleted" if data.outcome == "deleted" else "finished"
    return f"record.deactivated/{variant}", queue_id, target_id


def _read_start(data: Any, queue_id: str | None, target_id: str | None) -> Meaning:
    # Inbound, nobody is meant yet, whoever is named.
    outbound = data.direction == "outbound"
    return "conversation.started", queue_id, target_id if outbound else None


# Types whose trigger, queue or target is not simply what a member says.
_VARIANTS: Final[dict[str, Callable[[Any, str | None, str | None], Meaning]]] = {
    "representative.transfer": _read_transfer,
    "supervisor.assign": _read_assignment,
    "record.deactivated": _read_deactivation,
    "conversation.started": _read_start,
}


def describe_error(error: ValidationError) -> str:
    """The first thing that is wrong, with the member's name and without its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
