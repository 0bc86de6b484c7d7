"""Records that hypothesis draws: events in any mode, with anything beside them, and spoilt ones."""

import json
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st
from omnistate.stream.ports import Record
from omnistate_schemas.registry import INPUTS

from bench.decoding_pace import example_of
from tests.harness.events import EVENT, STARTED, STRUCTURED

TEXTS: Final = st.sampled_from(
    ("", "c1", "c2", "ana", "é", '"', 'a":', " :", "\\", "\ud83d\ude00", "x" * 257)
) | st.text(max_size=4)
TIMES: Final = st.sampled_from(
    ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00.123456+05:30", "soon", "", "2026-13-01")
)
NUMBERS: Final = (
    st.integers(-1, 3)
    | st.sampled_from((2**31 - 1, 2**31, 2**63, 2**64, 2**70, -(2**70), 10**30))
    | st.floats()
)
JSON: Final = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | TIMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
EXTENSIONS: Final = (
    *("traceparent", "tracestate", "partitionkey", "sequence", "datacontenttype", "dataschema"),
    *("data_base64", "tenant", "Id", "TYPE"),
)
MEMBERS: Final = (
    *("representative_id", "auto_accept", "queue_id", "overflow", "reason", "to", "via", "kind"),
    *("direction", "handled_by", "scheduled_for", "units", "profiles", "customer_id", "channel"),
    *("outcome", "supervisor_id", "widget", "data"),
)
REQUIRED: Final = ("specversion", "id", "source", "type", "subject", "time", "data")


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event of any type with members changed, added, left out, and in any order."""
    event = example_of(draw(st.sampled_from(sorted(INPUTS))))
    event["data"] = dict(event["data"])
    for name in draw(st.sets(st.sampled_from(MEMBERS), max_size=2)):
        event["data"][name] = draw(JSON)
    for name in draw(st.sets(st.sampled_from(EXTENSIONS), max_size=3)):
        event[name] = draw(TEXTS | JSON)
    for name in draw(st.sets(st.sampled_from(REQUIRED), max_size=1)):
        event[name] = draw(TEXTS | TIMES | JSON)
    for name in draw(st.sets(st.sampled_from(REQUIRED), max_size=1)):
        if draw(st.integers(0, 9)) == 0:
            del event[name]
    names = draw(st.permutations(tuple(event)))
    return {name: event[name] for name in names}


CONTENT_TYPES: Final = st.sampled_from(
    (
        *(
            STRUCTURED,
            b"application/cloudevents+json; charset=UTF-8",
            b"APPLICATION/cloudEvents+json",
        ),
        *(b"application/json", b"Application/JSON;charset=utf-8", b"text/json", b"text/plain"),
        *(b"application/vnd.desk+json", b"application/cloudevents-batch+json", b"", b"\xff"),
    )
)
NAMES: Final = st.sampled_from(
    (
        *("content-type", "Content-Type", "traceparent", "tracestate", "baggage", "__TypeId__"),
        *("ce_id", "CE_ID", "ce_Id", "Ce_time", "ce_type", "ce_subject", "ce_partitionkey"),
        *("ce_traceparent", "ce_tracestate", "ce_sequence", "ce_data", "ce_data_base64", "ce_"),
        *("ce_\x00", "ce_é", "CE_\u212a", "", "x", "ce"),
    )
)
VALUES: Final = (
    st.none()
    | CONTENT_TYPES
    | st.sampled_from((b"c1", b"chat-17", b"\xff", b"\xc3\xa9", b"", b"\x00", b"x" * 70_000))
    | st.binary(max_size=4)
)
MORE: Final[st.SearchStrategy[list[tuple[str, bytes | None]]]] = st.lists(
    st.tuples(NAMES, VALUES), max_size=3
)


def in_structured_mode(event: dict[str, Any], text: bytes) -> tuple[bytes, list[Any]]:
    return text, [("content-type", STRUCTURED)]


def in_binary_mode(event: dict[str, Any], _: bytes) -> tuple[bytes, list[Any]]:
    headers = [
        (
            f"ce_{name}",
            (each if isinstance(each, str) else json.dumps(each)).encode(errors="replace"),
        )
        for name, each in event.items()
        if name != "data"
    ]
    text = json.dumps(event.get("data")).encode()
    return text, [*headers, ("content-type", b"application/json")]


def in_neither(_: dict[str, Any], text: bytes) -> tuple[bytes, list[Any]]:
    return text, []


Mode = Callable[[dict[str, Any], bytes], tuple[bytes, list[Any]]]
MODES: Final = st.sampled_from((in_structured_mode, in_binary_mode, in_neither))
KEYS: Final = st.sampled_from((None, b"c1", b"chat-17", b"\xff"))


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record of an event in any mode, with headers added, doubled, moved and left out."""
    event = draw(events())
    separators = draw(st.sampled_from(((",", ":"), (", ", ": "), (",", " :"), ("\n,", "\t:"))))
    text = json.dumps(event, separators=separators, ensure_ascii=draw(st.booleans()))
    mode: Mode = draw(MODES)
    value, headers = mode(event, text.encode(errors="surrogatepass"))
    if draw(st.booleans()):
        headers += draw(MORE)
    if draw(st.integers(0, 5)) == 0:
        headers = list(draw(st.permutations(headers)))
    if headers and draw(st.integers(0, 5)) == 0:
        del headers[draw(st.integers(0, len(headers) - 1))]
    subject, type_ = event.get("subject"), event.get("type")
    key = draw(KEYS)
    if isinstance(subject, str) and draw(st.integers(0, 5)):
        key = subject.encode(errors="replace")
    known = isinstance(type_, str) and type_ in INPUTS and draw(st.integers(0, 9)) > 0
    topic = INPUTS[type_].topic if known and type_ is not None else "agent-actions"
    return Record(topic, 0, 7, 1_741_165_200_000, key, value, tuple(headers))


ODD: Final = (
    *(b"NaN", b"1e999", b"-0", b"5.0", b"1E2", b'"\\ud800"', b"9" * 30, b"9" * 4_301, b"[" * 101),
    *(
        b"[" * 2_000,
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b'"id":"i2",',
        b'"\\u0069d":"i2",',
        b'"x":1,',
    ),
    *(b'"x":"\\ud800",', b'"x":"\xff",', b'"x":{"a":1,"a":2},', b'"x":NaN,', b'"x":1e999,'),
    *(b'"x":[1,],', b'"x":01,', b'"data_base64":"e30=",', b'"partitionkey":"c1",', b'"x" :0,'),
    *(
        b'"partitionkey":"c2",',
        b'"specversion":"1.0",',
        b'"data":{},',
        b'"type":"x",',
        b'"x":"\\q",',
    ),
    *(
        b'"x":"\n",',
        b'"x"\x0b:1,',
        b'"x":' + b"[" * 98 + b"]" * 98 + b",",
        b'"x":' + b"[" * 101 + b"]" * 101 + b",",
        b'"x":[1,2],',
        b'"x":{},',
        b'"x":1,"x":null,',
        b'"x":"a","y":1,"x":null,',
        b'"to":{},',
        b'"x":"\\"",',
    ),
)


@st.composite
def spoilt_records(draw: st.DrawFn) -> Record:
    """A good record some bytes of whose value were cut out, doubled, or replaced."""
    event = draw(st.sampled_from((EVENT, STARTED, EVENT | {"tenant": "n", "sequence": "7"})))
    mode: Mode = draw(MODES)
    text, headers = mode(event, json.dumps(event, separators=(",", ":")).encode())
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            # Where a member begins.
            starts = [0, *(at for at in range(len(text)) if text[at - 1 : at] in (b"{", b","))]
            start = end = draw(st.sampled_from(starts))
        else:
            start = draw(st.integers(0, len(text)))
            end = draw(st.integers(start, min(len(text), start + 40)))
        piece = text[start:end]
        other = draw(
            st.sampled_from((b"", piece * 2, *ODD, b"null", b"{}")) | st.binary(max_size=3)
        )
        text = text[:start] + other + text[end:]
    topic = INPUTS[event["type"]].topic
    return Record(topic, 0, 7, 1_741_165_200_000, b"c1", text, tuple(headers))
