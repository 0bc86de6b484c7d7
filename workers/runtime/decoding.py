"""From a record to an input: CloudEvents in structured and binary mode, and what may be wrong.

Decoding knows no conversation. What cannot be decoded becomes a DeadLetter with its code; what can,
but whose `data` is unusable, becomes an Input with a `problem`.
"""

from collections.abc import Container
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from xxhash import xxh3_64_digest, xxh3_64_intdigest

from schemas.envelope import ENVELOPE, ID_LENGTH_MAX, Envelope
from schemas.registry import INPUTS
from schemas.times import parse_time_ms
from workers.core.intake import Input
from workers.runtime.json_text import UnusableText, read_object
from workers.runtime.partitioning import partition_of
from workers.runtime.ports import Headers, Record
from workers.runtime.reading import READERS
from workers.runtime.usual_form import read_usual

RECORD_BYTES_MAX: Final = 65_536
# W3C asks to pass on at least 512 characters; every output repeats them.
TRACE_LENGTH_MAX: Final = 1_024
STRUCTURED: Final = "application/cloudevents+json"
_STRUCTURED_VALUE: Final = STRUCTURED.encode()


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


# Few gateways and desktops; each names itself on every event.
SOURCES_KEPT: Final = 1_024
_SEEDS: Final[dict[str, int]] = {}
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_DIGEST: Final = xxh3_64_digest
# The validator itself: one call less per event than `validate_python` of the adapter.
_VALIDATE_ENVELOPE: Final = ENVELOPE.validator.validate_python


def decode_record(record: Record, partitions: int) -> Input | DeadLetter:
    """The input in a record of an input topic that has `partitions` partitions."""
    topic, partition, offset, _, key, value, headers = record
    if value is not None and _is_structured(headers):
        usual = _decode_usual(record, value, partitions)
        if usual is not None:
            return usual
    try:
        envelope, _ = read_event(value, headers)
        type_ = envelope["type"]
        if INPUTS[type_].topic != topic:
            return DeadLetter(record, "wrong_topic", f"{type_} belongs on another topic")
        if key is None or key != envelope["subject"].encode():
            return DeadLetter(record, "wrong_key", "the record's key is not its subject")
        if type_ == "conversation.started" and partition_of(key, partitions) != partition:
            return DeadLetter(record, "wrong_partition", "the key belongs to another partition")
    except Undecodable as error:
        return DeadLetter(record, error.code, str(error))
    return read_input(envelope, topic, partition, offset)


def _is_structured(headers: Headers) -> bool:
    """Whether the headers are those of most events: none, or the content type and no other."""
    if len(headers) != 1:
        return not headers
    name, text = headers[0]
    return text == _STRUCTURED_VALUE and name == "content-type"


def _decode_usual(record: Record, value: bytes, partitions: int) -> Input | None:
    """The input of an event in its usual form; None for whatever asks for a closer look."""
    found = read_usual(value) if len(value) <= RECORD_BYTES_MAX else None
    if found is None:
        return None
    topic, partition, offset, _, key, _, _ = record
    members, shape = found
    data, _, id_, source, subject, time, _, traceparent, tracestate = members
    type_ = shape.type
    if shape.topic != topic or key is None or key != subject.encode():
        return None
    if type_ == "conversation.started" and partition_of(key, partitions) != partition:
        return None
    try:
        parse_time_ms(time)
    except ValueError:
        return None
    fingerprint = fingerprint_of(source, id_)
    input_ = Input(topic, partition, offset, type_, subject, id_, source, fingerprint)
    if traceparent or tracestate:
        input_.traceparent = _trace(traceparent)
        input_.tracestate = _trace(tracestate)
    if shape.fill is not None:
        shape.fill(input_, data)
    return input_


def read_event(
    value: bytes | None, headers: Headers, known: Container[str] = INPUTS
) -> tuple[Envelope, int]:
    """The envelope of a record of a `known` type, and its time in ms. Raises Undecodable.

    The value alone must not be over 64 KiB, nor the headers, so that a line of a file and a record
    of a log are measured alike.
    """
    if value is None:
        raise Undecodable("undecodable", "the record has no value")
    size = len(value)
    if headers:
        size = max(size, sum(len(name) + len(text or b"") for name, text in headers))
    if size > RECORD_BYTES_MAX:
        raise Undecodable("oversized", f"{size} bytes; {RECORD_BYTES_MAX} are the most")
    try:
        members = read_object(value)
        if headers:
            members = _unwrap(members, headers)
        envelope: Envelope = _VALIDATE_ENVELOPE(members)
        time_ms = parse_time_ms(envelope["time"])
    except ValidationError as error:
        raise Undecodable("undecodable", describe_error(error)) from None
    except UnusableText as error:
        raise Undecodable("undecodable", str(error)) from None
    except Undecodable:
        raise
    except ValueError as error:
        raise Undecodable("undecodable", f"time: {error}") from None
    if envelope["type"] not in known:
        raise Undecodable("unknown_type", "no such type of event")
    return envelope, time_ms


def _unwrap(members: dict[str, Any], headers: Headers) -> dict[str, Any]:
    """The event's members in the content mode that the headers say (Kafka protocol binding)."""
    content_type, attributes = "", {}
    for name, text in headers:
        lower = name.lower()
        # A header without a value is as if it were not there; others than these are not ours.
        if text is not None and (lower == "content-type" or lower.startswith("ce_")):
            try:
                value = text.decode()
            except UnicodeDecodeError:
                raise Undecodable("undecodable", f"header {lower} is not UTF-8") from None
            if lower == "content-type":
                content_type = value.partition(";")[0].strip().lower()
            else:
                attributes[lower.removeprefix("ce_")] = value
    if content_type == STRUCTURED:
        return members
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
    fingerprint = fingerprint_of(source, id_)
    subject = envelope["subject"]
    input_ = Input(topic, partition, offset, type_, subject, id_, source, fingerprint)
    if "traceparent" in envelope or "tracestate" in envelope:
        input_.traceparent = _trace(envelope.get("traceparent"))
        input_.tracestate = _trace(envelope.get("tracestate"))
    validate, fill = READERS[type_]
    try:
        data = validate(envelope["data"])
    except ValidationError as error:
        input_.problem = describe_error(error)
        input_.representative_id = _text(envelope["data"].get("representative_id"))
        if type_.startswith("representative."):
            input_.actor_id = input_.representative_id
        elif type_.startswith("supervisor."):
            input_.actor_id = _text(envelope["data"].get("supervisor_id"))
    else:
        if fill is not None:
            fill(input_, data)
    return input_


def fingerprint_of(source: str, id_: str) -> bytes:
    """The digest, of FINGERPRINT_BYTES, by which a repeat is known.

    No secret protects it: who may publish may forge the source and id of somebody else's event,
    and so may find others with the same digest.
    """
    seed = _SEEDS.get(source)
    if seed is None:
        if len(_SEEDS) >= SOURCES_KEPT:
            _SEEDS.clear()
        seed = _SEEDS[source] = xxh3_64_intdigest(source.encode())
    return _DIGEST(id_.encode(), seed)


def describe_error(error: ValidationError) -> str:
    """The first thing that is wrong, with the member's name and without its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = _PLAIN_WORDS.get(first["type"], first["msg"].removeprefix("Value error, "))
    return f"{place}: {message}" if place else message


_PLAIN_WORDS: Final = {
    "dict_type": "Input should be an object",
    "model_type": "Input should be an object",
}


def _text(value: object) -> str | None:
    """A string that could be an id, to be named in an answer; others may be somebody's words."""
    return value if isinstance(value, str) and 1 <= len(value) <= ID_LENGTH_MAX else None


def _trace(value: object) -> str | None:
    return value if isinstance(value, str) and 1 <= len(value) <= TRACE_LENGTH_MAX else None
