"""The shortcut and the full decoding say the same of every record, and the usual forms take it."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from omnistate.core.input import Input
from omnistate.stream.cloudevents import RECORD_BYTES_MAX, DeadLetter
from omnistate.stream.conversation import decoding
from omnistate.stream.conversation.decoding import decode_in_full, decode_record
from omnistate.stream.conversation.fast_headers import sort_headers
from omnistate.stream.conversation.fast_structs import EVENTS
from omnistate.stream.ports import Headers, Record
from omnistate_schemas.registry import INPUTS

from bench.decoding_pace import PLAINEST, example_of, forms_of
from tests.harness.events import EVENT, STARTED, STRUCTURED, record
from tests.harness.members import members_of

FORMS: Final = tuple(forms_of(example_of("router.assign")))


def plain(found: Input | DeadLetter) -> object:
    if isinstance(found, DeadLetter):
        return found.code, found.message
    return members_of(found)


def agree(one: Record, partitions: int = 1) -> object:
    """What both say of it; they must not differ."""
    fast, full = plain(decode_record(one, partitions)), plain(decode_in_full(one, partitions))
    assert fast == full
    return fast


@pytest.fixture
def shortcut_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the shortcut does not take is an error."""

    def refuse(one: Record, partitions: int) -> Input | DeadLetter:
        raise AssertionError(f"was looked at in full: {one}")

    monkeypatch.setattr(decoding, "decode_in_full", refuse)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(EVENTS))
def test_each_form_means_the_same(name: str, form: str) -> None:
    forms = forms_of(example_of(name))
    topic = INPUTS[name].topic
    assert forms[form].topic == topic
    partitions = 1
    told, plainest = agree(forms[form], partitions), agree(forms[PLAINEST], partitions)
    assert isinstance(told, dict)
    assert isinstance(plainest, dict)
    assert told | {"traceparent": None} == plainest | {"traceparent": None}


@pytest.mark.skipif(
    not decoding.__file__.endswith(".py"), reason="compiled functions cannot be replaced"
)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(EVENTS))
@pytest.mark.usefixtures("shortcut_only")
def test_each_form_is_taken_by_the_shortcut(name: str, form: str) -> None:
    assert isinstance(decode_record(forms_of(example_of(name))[form], 1), Input)


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


@settings(max_examples=500, deadline=None)
@given(one=records(), partitions=st.sampled_from((1, 1, 1, 6)))
def test_they_agree_on_events(one: Record, partitions: int) -> None:
    agree(one, partitions)


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
def spoilt(draw: st.DrawFn) -> Record:
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


@settings(max_examples=500, deadline=None)
@given(one=spoilt())
@example(one=record(b" " * (RECORD_BYTES_MAX + 1) + json.dumps(EVENT).encode()))
def test_they_agree_on_spoilt_records(one: Record) -> None:
    agree(one)


@pytest.mark.parametrize("member", ODD)
@pytest.mark.parametrize("mode", [in_structured_mode, in_binary_mode])
@pytest.mark.parametrize("inside", [False, True])
def test_they_agree_on_one_odd_member(mode: Mode, member: bytes, inside: bool) -> None:
    text, headers = mode(EVENT, json.dumps(EVENT, separators=(",", ":")).encode())
    at = text.rindex(b"{") if inside else text.index(b"{")
    agree(record(text[: at + 1] + member + text[at + 1 :], tuple(headers)))


def test_a_repeated_header_counts_as_its_last() -> None:
    _, headers = in_binary_mode(EVENT, b"")
    text = json.dumps(EVENT["data"]).encode()
    told = agree(record(text, (("ce_id", b"i0"), *headers)))
    assert isinstance(told, dict)
    assert told["id"] == EVENT["id"]
    assert agree(record(text, (("ce_id", b"\xff"), *headers))) == (
        "undecodable",
        "header ce_id is not UTF-8",
    )


@pytest.mark.parametrize("count", [1, 300])
def test_what_is_kept_of_strangers_headers_is_bounded(count: int) -> None:
    """Names and content types that are never seen again do no harm, and change no answer."""
    headers: Headers = ()
    for number in range(count):
        headers = ((f"x-{number}", b"1"), ("content-type", STRUCTURED + b";a=%d" % number))
        assert sort_headers(headers) == {}
    assert isinstance(agree(record(json.dumps(EVENT).encode(), headers)), dict)


@pytest.mark.parametrize("size", [1_000, RECORD_BYTES_MAX])
@pytest.mark.parametrize("mode", [in_structured_mode, in_binary_mode])
def test_headers_have_a_bound_whatever_they_are(mode: Mode, size: int) -> None:
    text, headers = mode(EVENT, json.dumps(EVENT).encode())
    told = agree(record(text, (*headers, ("x-trace", b"1" * size))))
    assert isinstance(told, dict) == (size < RECORD_BYTES_MAX)
