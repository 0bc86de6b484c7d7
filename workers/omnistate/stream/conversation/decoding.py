"""From a record to an input of the conversation worker, or to a dead letter.

Decoding knows no conversation. What cannot be decoded becomes a DeadLetter with its code; what can,
but whose `data` is unusable, becomes an Input with a `problem`.
"""

from typing import Final

from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX, Envelope
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import parse_time_ms
from pydantic import ValidationError

from omnistate.core.input import Input
from omnistate.stream.cloudevents import (
    RECORD_BYTES_MAX,
    STRUCTURED,
    DeadLetter,
    Undecodable,
    describe_error,
    fingerprint_of,
    put_unreadable_aside,
    read_event,
)
from omnistate.stream.conversation.action_fills import fill_reservation
from omnistate.stream.conversation.fast_decoding import (
    SHAPES_BY_TYPE,
    EventReader,
    Usual,
    read_usual_data,
)
from omnistate.stream.conversation.fast_headers import sort_headers
from omnistate.stream.conversation.input_readers import READERS
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers, Record, UnreadableRecord

# W3C asks to pass on at least 512 characters; every output repeats them.
TRACE_LENGTH_MAX: Final = 1_024
# The headers of most events, where they have any.
_STRUCTURED_HEADERS: Final[Headers] = (("content-type", STRUCTURED.encode()),)
# What it has learned of producers makes it quicker, and never says anything else.
_EVENTS: Final = EventReader()


def decode_record(record: Record, partitions: int) -> Input | DeadLetter:
    """The input in a record of an input topic that has `partitions` partitions."""
    usual = _decode_usual(record, partitions)
    return decode_in_full(record, partitions) if usual is None else usual


def decode_in_full(record: Record, partitions: int) -> Input | DeadLetter:
    """The same without the shortcut: what it says is right for every record."""
    if isinstance(record, UnreadableRecord):
        return put_unreadable_aside(record)
    topic, partition, offset, timestamp_ms, key, value, headers = record
    try:
        envelope, _ = read_event(value, headers, key=key, timestamp_ms=timestamp_ms)
        type_ = envelope["type"]
        if INPUTS[type_].topic != topic:
            return DeadLetter(record, "wrong_topic", f"{type_} belongs on another topic")
        if key is None or key != envelope["subject"].encode():
            return DeadLetter(record, "wrong_key", "the record's key is not its subject")
        if type_ == "conversation.started" and partition_of(key, partitions) != partition:
            return DeadLetter(record, "wrong_partition", "the key belongs to another partition")
    except Undecodable as error:
        return DeadLetter(record, error.code, str(error))
    return read_input(envelope, topic, partition, offset, len(value or b""))


def _decode_usual(record: Record, partitions: int) -> Input | None:
    """The input of an event in a usual form; None for whatever asks for a closer look."""
    topic, partition, offset, _, key, value, headers = record
    if value is None or len(value) > RECORD_BYTES_MAX:
        return None
    if not headers or headers == _STRUCTURED_HEADERS:
        found = _EVENTS.read(value)
    else:
        attributes = sort_headers(headers)
        if attributes is None:
            return None
        found = _read_binary(attributes, value) if attributes else _EVENTS.read(value)
    if found is None:
        return None
    shape, data, id_, source, subject, time, traceparent, tracestate = found
    type_ = shape.type
    if shape.topic != topic or key is None or key != subject.encode():
        return None
    if type_ == "conversation.started" and partition_of(key, partitions) != partition:
        return None
    try:
        time_ms = parse_time_ms(time)
    except ValueError:
        return None
    fingerprint = fingerprint_of(source, id_)
    input_ = Input(topic, partition, offset, type_, subject, id_, source, fingerprint)
    input_.time_ms, input_.size = time_ms, len(value)
    if traceparent and len(traceparent) <= TRACE_LENGTH_MAX:
        input_.traceparent = traceparent
    if tracestate and len(tracestate) <= TRACE_LENGTH_MAX:
        input_.tracestate = tracestate
    if shape.fill is not None:
        shape.fill(input_, data)
    return input_


def _read_binary(headers: dict[str, bytes], value: bytes) -> Usual | None:
    """What `EventReader` finds, in an event whose attributes are these headers."""
    shape = SHAPES_BY_TYPE.get(headers["ce_type"])
    data = read_usual_data(value, shape) if shape is not None else None
    if shape is None or data is None or headers["ce_specversion"] != b"1.0":
        return None
    trace, state = headers.get("ce_traceparent"), headers.get("ce_tracestate")
    try:
        id_, source = headers["ce_id"].decode(), headers["ce_source"].decode()
        subject, time = headers["ce_subject"].decode(), headers["ce_time"].decode()
        traceparent = None if trace is None else trace.decode()
        tracestate = None if state is None else state.decode()
    except UnicodeDecodeError:
        return None
    if not id_ or not subject or not source or len(source) > SOURCE_LENGTH_MAX:
        return None
    if len(id_) > ID_LENGTH_MAX or len(subject) > ID_LENGTH_MAX:
        return None
    return shape, data, id_, source, subject, time, traceparent, tracestate


def read_input(envelope: Envelope, topic: str, partition: int, offset: int, size: int = 0) -> Input:
    """The core's view of an event; unusable `data` is its `problem`.

    `size` is that of its record's value in bytes.
    """
    type_, source, id_ = envelope["type"], envelope["source"], envelope["id"]
    fingerprint = fingerprint_of(source, id_)
    subject = envelope["subject"]
    input_ = Input(topic, partition, offset, type_, subject, id_, source, fingerprint)
    input_.time_ms, input_.size = parse_time_ms(envelope["time"]), size
    if "traceparent" in envelope or "tracestate" in envelope:
        input_.traceparent = _trace(envelope.get("traceparent"))
        input_.tracestate = _trace(envelope.get("tracestate"))
    validate, fill = READERS[type_]
    try:
        data = validate(envelope["data"])
    except ValidationError as error:
        input_.problem = describe_error(error)
        input_.representative_id = _text(envelope["data"].get("representative_id"))
        if type_ == "router.assign":
            fill_reservation(input_, envelope["data"].get("reservation"))
        if type_.startswith("representative."):
            input_.actor_id = input_.representative_id
        elif type_.startswith("supervisor."):
            input_.actor_id = _text(envelope["data"].get("supervisor_id"))
    else:
        if fill is not None:
            fill(input_, data)
    return input_


def _text(value: object) -> str | None:
    """A string that could be an id, to be named in an answer; others may be somebody's words."""
    return value if isinstance(value, str) and 1 <= len(value) <= ID_LENGTH_MAX else None


def _trace(value: object) -> str | None:
    return value if isinstance(value, str) and 1 <= len(value) <= TRACE_LENGTH_MAX else None
