"""Lines in, records out: decoding of input events, RFC 3339 times, the output envelope.

Knows the envelope (contract.md#envelope) and nothing of the members of `data`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from .vocabulary import topic_of

Record = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAXIMUM_BYTES = 64 * 1024
RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))",
    re.ASCII,
)


@dataclass(frozen=True)
class Event:
    """One decoded input. `time` is in milliseconds since the epoch, `size` in bytes."""

    type: str
    id: str
    source: str
    subject: str
    time: int
    data: dict[str, Any]
    topic: str
    trace: dict[str, str]
    size: int


class DeadLetterError(Exception):
    """Why a line is not an input: `code` is one of contract.md#dead-letters."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_time(text: object) -> int | None:
    """Milliseconds since the epoch, or None where the text is not RFC 3339 with an offset."""
    matched = RFC_3339.fullmatch(text) if isinstance(text, str) else None
    if matched is None:
        return None
    year, month, day, hour, minute, second = (int(matched[index]) for index in range(1, 7))
    offset = timedelta(0)
    if matched[8] is None:
        if int(matched[10]) > 23 or int(matched[11]) > 59:
            return None
        offset = timedelta(hours=int(matched[10]), minutes=int(matched[11]))
        offset = -offset if matched[9] == "-" else offset
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
    except ValueError:
        return None
    # Times are kept to the millisecond; finer digits are cut off.
    milliseconds = int(((matched[7] or "") + "000")[:3])
    return (moment - EPOCH) // timedelta(milliseconds=1) + milliseconds


def print_time(milliseconds: int) -> str:
    """RFC 3339 in UTC with exactly three fractional digits."""
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _parse_json(text: bytes) -> Any:
    """JSON as it should be: UTF-8, no NaN, no Infinity, no lone surrogates."""
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise DeadLetterError("undecodable") from error
    return value


def decode(line: bytes) -> Event:
    """The event of a line; raises DeadLetterError where it is none."""
    # A record over 64 KiB, or one that is not such an event, goes to dead-letters.
    if len(line) > MAXIMUM_BYTES:
        raise DeadLetterError("oversized")
    body = _parse_json(line)
    if not isinstance(body, dict) or body.get("specversion") != "1.0":
        raise DeadLetterError("undecodable")
    for attribute in ("id", "source", "type", "subject"):
        # Ids are 1-256 characters.
        value = body.get(attribute)
        if not isinstance(value, str) or not 1 <= len(value) <= 256:
            raise DeadLetterError("undecodable")
    time = parse_time(body.get("time"))
    data = _decode_data(body)
    if time is None or not isinstance(data, dict):
        raise DeadLetterError("undecodable")
    topic = topic_of(body["type"])
    if topic is None:
        # So do an unknown type ...
        raise DeadLetterError("unknown_type")
    # `partitionkey` ..., where present, equals the subject or the event is a `wrong_key`
    if body.get("partitionkey") not in (None, body["subject"]):
        raise DeadLetterError("wrong_key")
    trace = {
        name: body[name]
        for name in ("traceparent", "tracestate")
        if isinstance(body.get(name), str)
    }
    return Event(
        type=body["type"],
        id=body["id"],
        source=body["source"],
        subject=body["subject"],
        time=time,
        data=data,
        topic=topic,
        trace=trace,
        size=len(line),
    )


def _decode_data(body: dict[str, Any]) -> Any:
    """`data` may be absent or null (= `{}`); `data_base64` that holds JSON is decoded."""
    data, encoded = body.get("data"), body.get("data_base64")
    if encoded is None:
        return {} if data is None else data
    media_type = body.get("datacontenttype")
    if data is not None or not isinstance(encoded, str) or not _is_json(media_type):
        raise DeadLetterError("undecodable")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DeadLetterError("undecodable") from error
    decoded = _parse_json(content)
    return {} if decoded is None else decoded


def _is_json(media_type: object) -> bool:
    """Any JSON media type is JSON, without case or parameters; none says JSON, too."""
    if media_type is None:
        return True
    if not isinstance(media_type, str):
        return False
    name = media_type.partition(";")[0].strip().lower()
    return name in ("application/json", "text/json") or name.endswith("+json")


def dead_letter(line: bytes, code: str) -> Record:
    """contract.md#replay: `value` is the line as text, `error` the code, the key is null."""
    text = line.decode("utf-8", errors="replace")
    return {"topic": "dead-letters", "key": None, "value": text, "error": code}


def output(
    topic: str, type_: str, subject: str, time: int, cause: Event | None, data: dict[str, Any]
) -> Record:
    """One output record. Its own `id` is left out: the contract only asks it to be unique.

    A member of `data` whose value is null, an empty list or an empty object is left out, at every
    level.
    """
    value: dict[str, Any] = {
        "specversion": "1.0",
        "source": "/omnistate",
        "type": type_,
        "subject": subject,
        "time": print_time(time),
        "data": leave_out_empty(data),
    }
    if cause is not None:
        # `causationid` is the `id` of the input (absent where a timer fired).
        value["causationid"] = cause.id
        value |= cause.trace
    return {"topic": topic, "key": subject, "value": value}


def leave_out_empty(value: Any) -> Any:
    """The value without members that say nothing."""
    if not isinstance(value, dict):
        return value
    kept = {name: leave_out_empty(member) for name, member in value.items()}
    return {name: member for name, member in kept.items() if member not in (None, [], {})}


def could_be_id(value: object) -> bool:
    """Anything else may be somebody's words, and is not repeated in an answer."""
    return isinstance(value, str) and 1 <= len(value) <= 256


def describe_cause(cause: Event | None, timer: str | None = None) -> dict[str, Any]:
    """`cause` (contract.md#state-changes): the input, or the timer with everything else null."""
    if cause is None:
        return {"type": f"timer.{timer}", "id": None, "source": None, "actor_id": None}
    actor: Any = None
    if cause.type.startswith("representative."):
        actor = cause.data.get("representative_id")
    elif cause.type.startswith("supervisor."):
        actor = cause.data.get("supervisor_id")
    actor = actor if could_be_id(actor) else None
    return {"type": cause.type, "id": cause.id, "source": cause.source, "actor_id": actor}
