"""CloudEvents in records: the envelope in structured and binary mode, and what may be wrong.

It knows no type's `data` and no conversation. What cannot be taken is Undecodable, with the dead
letter's code.
"""

from base64 import b64decode
from collections.abc import Container
from typing import Any, Final, NamedTuple

from omnistate_schemas.envelope import ENVELOPE, Envelope
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import FIRST_MS, LAST_MS, format_time, parse_time_ms
from omnistate_schemas.vocabulary import DEAD_LETTERS
from pydantic import ValidationError
from xxhash import xxh3_64_digest, xxh3_64_intdigest

from omnistate.stream.json_text import UnusableText, read_object
from omnistate.stream.ports import Headers, Outgoing, Record, UnreadableRecord

RECORD_BYTES_MAX: Final = 65_536
# What a dead letter keeps, so that its topic takes it with what says why; a compressed batch may
# have had more in it.
LETTER_BYTES_MAX: Final = 2_000_000
STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
SOURCE: Final = "/omnistate"
HEADERS: Final = (("content-type", STRUCTURED.encode()),)
# The validator itself: one call less per event than `validate_python` of the adapter.
_VALIDATE_ENVELOPE: Final = ENVELOPE.validator.validate_python
# Few gateways and desktops; each names itself on every event.
SOURCES_KEPT: Final = 1_024
_SEEDS: Final[dict[str, int]] = {}
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_DIGEST: Final = xxh3_64_digest


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


def read_event(
    value: bytes | None,
    headers: Headers,
    known: Container[str] = INPUTS,
    *,
    key: bytes | None = None,
    timestamp_ms: int | None = None,
) -> tuple[Envelope, int]:
    """The envelope of a record of a `known` type, and its time in ms. Raises Undecodable.

    The value alone must not be over 64 KiB, nor the headers, so that a line of a file and a record
    of a log are measured alike. The record's key and timestamp stand in for a subject and a time
    that the event lacks; a line has none to lend.
    """
    size = len(value or b"")
    if headers:
        size = max(size, sum(len(name) + len(text or b"") for name, text in headers))
    if size > RECORD_BYTES_MAX:
        raise Undecodable("oversized", f"{size} bytes; {RECORD_BYTES_MAX} are the most")
    try:
        members = _read_members(value, headers)
        if timestamp_ms is not None and members.get("time") is None:
            members["time"] = _lend_time(timestamp_ms)
        if key is not None and members.get("subject") is None:
            members["subject"] = key.decode()
        envelope: Envelope = _VALIDATE_ENVELOPE(members)
        time_ms = parse_time_ms(envelope["time"])
    except ValidationError as error:
        raise Undecodable("undecodable", describe_error(error)) from None
    except UnusableText as error:
        raise Undecodable("undecodable", str(error)) from None
    except UnicodeDecodeError:
        raise Undecodable("undecodable", "subject: the record's key is not UTF-8") from None
    except Undecodable:
        raise
    except ValueError as error:
        raise Undecodable("undecodable", f"time: {error}") from None
    if envelope["type"] not in known:
        raise Undecodable("unknown_type", "no such type of event")
    if members.get("partitionkey", envelope["subject"]) not in (None, envelope["subject"]):
        raise Undecodable("wrong_key", "partitionkey is not the subject")
    return envelope, time_ms


def _lend_time(timestamp_ms: int) -> str:
    if not FIRST_MS <= timestamp_ms <= LAST_MS:
        raise ValueError("that of the record is outside the years 1 to 9999")
    return format_time(timestamp_ms)


def _read_members(value: bytes | None, headers: Headers) -> dict[str, Any]:
    """The event's members in the content mode that the headers say (Kafka protocol binding)."""
    content_type, attributes = _read_headers(headers)
    if content_type == BATCH:
        raise Undecodable("undecodable", "a batch of events: batches are for HTTP")
    if content_type != STRUCTURED and attributes:
        if content_type and not is_json(content_type):
            raise Undecodable("undecodable", "the content type of the data is not JSON")
        return {**attributes, "data": _read_data_text(value) if value else {}}
    # Some SDKs put the type of the data beside a whole event.
    if content_type not in ("", STRUCTURED) and not is_json(content_type):
        raise Undecodable("undecodable", "the content type is not that of a CloudEvent")
    if value is None:
        raise Undecodable("undecodable", "the record has no value")
    members = read_object(value)
    members["data"] = _read_data(members)
    return members


def _read_headers(headers: Headers) -> tuple[str, dict[str, str]]:
    """The content type, and the attributes of binary mode; whatever is not UTF-8 is passed over."""
    content_type, attributes = "", {}
    for name, text in headers:
        lower = name.lower()
        # A header without a value is as if it were not there; others than these are not ours.
        if text is not None and (
            lower == "content-type" or (lower.startswith("ce_") and lower.isprintable())
        ):
            try:
                value = text.decode()
            except UnicodeDecodeError:
                continue
            if lower == "content-type":
                content_type = media_type_of(value)
            else:
                attributes[lower.removeprefix("ce_")] = value
    return content_type, attributes


def _read_data(members: dict[str, Any]) -> object:
    """The data of an event in structured mode: as it stands, out of base64, or none, which is {}.

    Raises Undecodable and UnusableText.
    """
    data, encoded = members.get("data"), members.get("data_base64")
    if encoded is None:
        return {} if data is None else data
    if data is not None:
        raise Undecodable("undecodable", "both data and data_base64")
    content_type = members.get("datacontenttype")
    if isinstance(content_type, str) and not is_json(media_type_of(content_type)):
        raise Undecodable("undecodable", "the content type of the data is not JSON")
    try:
        text = b64decode(encoded, validate=True)
    except (ValueError, TypeError):
        raise Undecodable("undecodable", "data_base64 is not in base64") from None
    return _read_data_text(text)


def _read_data_text(text: bytes) -> dict[str, Any]:
    """Data that is a JSON text of its own; null is none, which is {}. Raises UnusableText."""
    return {} if text.strip(b" \t\n\r") == b"null" else read_object(text)


def media_type_of(content_type: str) -> str:
    """The media type in a header `content-type`: in small letters, without parameters."""
    return content_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether data of this type is JSON."""
    if media_type == BATCH:
        return False
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


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


def put_unreadable_aside(record: UnreadableRecord) -> DeadLetter:
    """The dead letter of what nobody can read any more, at its first offset; its bytes are lost."""
    topic, partition, _, timestamp_ms, *_ = record
    first = Record(topic, partition, record.first_offset, timestamp_ms, None, None)
    return DeadLetter(first, record.code, record.problem)


def encode_dead_letter(dead: DeadLetter) -> Outgoing:
    """The record as received, with headers that say why and whence (contract.md#dead-letters).

    Of what the topic would not take, only a key and headers of up to 64 KiB each are kept.
    """
    record, message = dead.record, dead.message
    key, value, headers = record.key, record.value, record.headers
    key_bytes, value_bytes = len(key or b""), len(value or b"")
    # The name of a header has up to four bytes a character.
    header_bytes = sum(4 * len(name) + len(text or b"") for name, text in headers)
    size = key_bytes + value_bytes + header_bytes
    if size > LETTER_BYTES_MAX:
        message = f"{message}; not kept here: it takes {size} bytes"
        key = key if key_bytes <= RECORD_BYTES_MAX else None
        value = None
        headers = headers if header_bytes <= RECORD_BYTES_MAX else ()
    origin = f"{record.topic}/{record.partition}/{record.offset}"
    return Outgoing(
        DEAD_LETTERS,
        key,
        value,
        (
            *headers,
            ("omnistate-error", dead.code.encode()),
            ("omnistate-error-message", message.encode(errors="replace")),
            ("omnistate-origin", origin.encode()),
        ),
    )
