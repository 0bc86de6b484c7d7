"""Events as programs build them with a CloudEvents SDK, and what the decoder must make of them.

The same for every SDK: attributes, and data that is an object, bytes, or not there. Writing them is
the SDK's business alone.
"""

from typing import Any, Final, NamedTuple

from omnistate.core.input import Input
from omnistate.stream.conversation.decoding import decode_in_full, decode_record
from omnistate.stream.ports import Record
from omnistate_schemas.registry import INPUTS

from tests.harness.members import members_of

SUBJECT: Final = "c-é-1"
APPENDED_MS: Final = 1_772_445_600_000
TIME_MS: Final = 1_772_438_400_123


class SdkEvent(NamedTuple):
    """One event; data that is text is handed over as bytes."""

    attributes: dict[str, Any]
    data: dict[str, Any] | str | None


def _event(data: dict[str, Any] | str | None, **changed: Any) -> SdkEvent:
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "type": "representative.accept",
        "source": "/desks/m%C3%A9xico?x=1",
        "id": "i-1",
        "subject": SUBJECT,
        "time": "2026-03-02T09:00:00.123456+01:00",
    }
    kept = {name: value for name, value in {**attributes, **changed}.items() if value is not None}
    return SdkEvent(kept, data)


ANA: Final = {"representative_id": "ana"}
TEXT: Final = '{"representative_id": "ana"}'
EVENTS: Final = {
    "plain": _event(ANA),
    "typed": _event(ANA, datacontenttype="application/json"),
    "with a charset": _event(ANA, datacontenttype="application/json; charset=utf-8"),
    "text/json": _event(ANA, datacontenttype="text/json"),
    "a vendor's json": _event(ANA, datacontenttype="application/vnd.desk+json"),
    "keyed": _event(ANA, partitionkey=SUBJECT),
    "keyed without a subject": _event(ANA, partitionkey=SUBJECT, subject=None),
    "bytes": _event(TEXT, datacontenttype="application/json"),
    "no data": _event(None, type="customer.messaged"),
    "no data, typed": _event(None, type="customer.messaged", datacontenttype="application/json"),
    "extensions": _event(
        ANA,
        dataschema="https://schemas.example/accept",
        sequence=7,
        sampled=True,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        tracestate="a=b",
    ),
    "a start": _event(
        {"channel": "whatsapp", "workstream_id": "w", "attributes": {"skills": ["español"]}},
        type="conversation.started",
    ),
}


class SdkRecord(NamedTuple):
    """What an SDK hands to a producer."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


def check(event: SdkEvent, written: SdkRecord) -> None:
    """The decoder finds in a record what the program had put into its event.

    Where the SDK gives no key, the program does: the conversation.
    """
    type_ = event.attributes["type"]
    key = SUBJECT.encode() if written.key is None else written.key
    record = Record(INPUTS[type_].topic, 0, 7, APPENDED_MS, key, written.value, written.headers)
    found = decode_record(record, 1)
    assert isinstance(found, Input), f"{found}: {written}"
    assert found.problem is None
    assert (found.type, found.id, found.source) == (
        type_,
        event.attributes["id"],
        event.attributes["source"],
    )
    assert (found.conversation_id, found.time_ms) == (SUBJECT, TIME_MS)
    assert (found.traceparent, found.tracestate) == (
        event.attributes.get("traceparent"),
        event.attributes.get("tracestate"),
    )
    if type_ == "conversation.started":
        assert found.started.attributes == {"skills": ["español"]}
    assert found.representative_id == (None if type_ != "representative.accept" else "ana")
    in_full = decode_in_full(record, 1)
    assert members_of(in_full) == members_of(found), "the shortcut says something else"
