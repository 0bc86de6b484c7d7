"""Records of events for the decoder's tests, and its answer in one word."""

import json
from collections.abc import Mapping
from typing import Any, Final

from omnistate.core.input import Input
from omnistate.stream.cloudevents import DeadLetter
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.ports import Headers, Record

CODES: Final = {
    "undecodable",
    "oversized",
    "unknown_type",
    "wrong_topic",
    "wrong_key",
    "wrong_partition",
}
TIME: Final = "2025-03-05T09:00:00Z"
STRUCTURED: Final = b"application/cloudevents+json"
EVENT: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "i1",
    "source": "/desk",
    "type": "representative.transfer",
    "subject": "c1",
    "time": TIME,
    "data": {"representative_id": "ana", "to": {"kind": "queue", "id": "billing"}},
}
STARTED: Final[dict[str, Any]] = {
    **EVENT,
    "type": "conversation.started",
    "data": {"channel": "voice", "workstream_id": "calls"},
}


def make_event(
    type_: str,
    subject: str,
    id_: str,
    data: Mapping[str, Any],
    *,
    time: str = TIME,
    source: str = "/tests",
) -> dict[str, Any]:
    """A whole CloudEvent."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": type_,
        "subject": subject,
        "time": time,
        "data": data,
    }


def record(
    value: bytes | None,
    headers: Headers = (),
    key: bytes | None = b"c1",
    topic: str = "agent-actions",
    partition: int = 0,
) -> Record:
    """A record with these bytes."""
    return Record(topic, partition, 7, 1_741_165_200_000, key, value, headers)


def of(event: dict[str, Any], **where: Any) -> Record:
    """The record of an event; `where` as for `record`."""
    return record(json.dumps(event).encode(), **where)


def outcome(one: Record, partitions: int = 1) -> str:
    """`decoded`, `problem` (usable but for its data), or the dead letter's code."""
    found = decode_record(one, partitions)
    if isinstance(found, Input):
        return "decoded" if found.problem is None else "problem"
    assert isinstance(found, DeadLetter)
    assert found.record is one
    assert found.code in CODES
    assert found.message
    found.message.encode()
    return found.code
