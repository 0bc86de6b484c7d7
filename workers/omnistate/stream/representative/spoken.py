"""What the representative worker says: each of its outputs as a record.

A member that is null or empty is left out. Ids are short enough to be an input's, unique for a
source, and the same in every run.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec
from omnistate_schemas.vocabulary import AGENT_ACTIONS, REJECTED_INPUTS, REPRESENTATIVE_CAPACITY

from omnistate.core.facts import Cause
from omnistate.core.representative.desk import Assignment, Connection
from omnistate.core.representative.gate import Refusal
from omnistate.core.representative.presence import RepresentativeCapacity
from omnistate.stream.cloudevents import HEADERS, SOURCE
from omnistate.stream.ports import Outgoing, Record
from omnistate.stream.representative.occasion import Occasion
from omnistate.stream.representative.representative_inputs import Asked

PRESENCE_SOURCE: Final = "/omnistate/presence"
GATE_SOURCE: Final = "/omnistate/gate"
# A number follows; together they are an id.
NAME_LENGTH_MAX: Final = 200
_HEAD: Final = 140
_ENCODE: Final = msgspec.json.Encoder(order="deterministic").encode
_DIGEST_BYTES: Final = 32


def name_order(representative_id: str, at_ms: int, number: int) -> str:
    """The id of the `number`th thing that is said to conversations about a representative.

    The time, epoch milliseconds, keeps it apart where a lost row begins to count anew.
    """
    return f"{_shorten(representative_id)}.{at_ms}-{number}"


def _shorten(name: str) -> str:
    if len(name) <= NAME_LENGTH_MAX:
        return name
    digest = blake2b(name.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    # Longer than any name that stands for itself.
    return f"{name[:_HEAD]}~{digest}"


class _Saying(NamedTuple):
    """The attributes of an event but its data, and its topic."""

    topic: str
    type: str
    id: str
    source: str
    subject: str
    time: str


def encode_connection(
    order: Connection, representative_id: str, id_: str, time: str, occasion: Occasion
) -> Outgoing:
    """`representative.disconnected` or `reconnected`."""
    type_ = "representative.reconnected" if order.connected else "representative.disconnected"
    saying = _Saying(AGENT_ACTIONS, type_, id_, PRESENCE_SOURCE, order.conversation_id, time)
    return _say(saying, {"representative_id": representative_id}, *occasion)


def encode_assignment(order: Assignment, asked: Asked, id_: str, time: str) -> Outgoing:
    """`router.assign` with its reservation."""
    grant, request = order.grant, order.request
    data = {
        "representative_id": asked.representative_id,
        "auto_accept": request.auto_accept,
        "expected_sequence": request.expected_sequence,
        "reservation": {
            "id": grant.id,
            "source": grant.source,
            "units": grant.units,
            "profiles": grant.profiles,
        },
    }
    saying = _Saying(AGENT_ACTIONS, "router.assign", id_, GATE_SOURCE, grant.conversation_id, time)
    return _say(saying, data, *asked.occasion)


def encode_refusal(refusal: Refusal, asked: Asked, record: Record, time: str) -> Outgoing:
    """`input.rejected`, or `input.ignored` for a repeat."""
    topic, partition, offset, *_ = record
    data = {
        "conversation_id": asked.conversation_id,
        "code": refusal.code,
        "message": refusal.message,
        "sequence": 0,
        "cause": asked.occasion.cause,
        "representative_id": asked.representative_id,
        "input": {"topic": topic, "partition": partition, "offset": offset},
    }
    type_ = "input.ignored" if refusal.code == "duplicate" else "input.rejected"
    id_ = f"{topic}-{partition}-{offset}"
    subject = asked.conversation_id or asked.representative_id
    saying = _Saying(REJECTED_INPUTS, type_, id_, SOURCE, subject, time)
    return _say(saying, data, *asked.occasion)


def encode_capacity(data: RepresentativeCapacity, trace: Mapping[str, str]) -> Outgoing:
    """`representative.capacity_changed`."""
    who, type_ = data.representative_id, "representative.capacity_changed"
    id_, at = f"{_shorten(who)}.{data.sequence}", data.changed_at
    saying = _Saying(REPRESENTATIVE_CAPACITY, type_, id_, SOURCE, who, at)
    return _say(saying, data, data.cause, trace)


def digest_capacity(data: RepresentativeCapacity) -> bytes:
    """8 bytes that tell one picture from another; time, cause and number say nothing about it."""
    picture = msgspec.structs.replace(data, sequence=0, changed_at="", cause=None)
    return blake2b(_ENCODE(picture), digest_size=8).digest()


def _say(saying: _Saying, data: object, cause: Cause | None, trace: Mapping[str, str]) -> Outgoing:
    event = {
        "specversion": "1.0",
        "id": saying.id,
        "source": saying.source,
        "type": saying.type,
        "subject": saying.subject,
        "time": saying.time,
        "data": without_empty(msgspec.to_builtins(data)),
        **trace,
    }
    if cause is not None and cause.id is not None:
        event["causationid"] = cause.id
    return Outgoing(saying.topic, saying.subject.encode(), _ENCODE(event), HEADERS)


def without_empty(value: Any) -> Any:
    """The same without members that are null, an empty list or an empty object, at every level."""
    if isinstance(value, dict):
        pruned = {name: without_empty(each) for name, each in value.items()}
        return {name: each for name, each in pruned.items() if each not in (None, [], {})}
    if isinstance(value, list):
        return [without_empty(each) for each in value]
    return value
