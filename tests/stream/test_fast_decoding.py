"""The shortcut of the decoder: what it takes means what the full decoding says that it means."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.core.input import Input
from omnistate.stream.cloudevents import DeadLetter
from omnistate.stream.conversation.decoding import decode_in_full, decode_record
from omnistate.stream.conversation.fast_decoding import EventReader
from omnistate.stream.conversation.fast_structs import EVENTS
from omnistate.stream.ports import Record
from omnistate_schemas.registry import INPUTS

from tests.harness.events import EVENT
from tests.harness.members import members_of

# Its members depend on one another.
OTHERS: Final = {"supervisor.assign", "router.schedule", "conversation.updated"}
COMPACT: Final[dict[str, Any]] = {"separators": (",", ":"), "ensure_ascii": False}


def example_of(name: str) -> dict[str, Any]:
    examples: Any = INPUTS[name].model.model_config["json_schema_extra"]
    return dict(examples["examples"][0])


def record_of(text: bytes, event: dict[str, Any]) -> Record:
    subject, topic = event.get("subject"), INPUTS[event["type"]].topic
    key = subject.encode() if isinstance(subject, str) else b"c1"
    return Record(topic, 0, 7, 1_741_165_200_000, key, text, ())


def plain(found: Input | DeadLetter) -> object:
    if isinstance(found, DeadLetter):
        return found.code, found.message
    return members_of(found)


def test_all_but_one_type_have_a_usual_form() -> None:
    assert set(INPUTS) - set(EVENTS) == OTHERS


@pytest.mark.parametrize("name", sorted(EVENTS))
@pytest.mark.parametrize("more", [{}, {"traceparent": "00-a"}, {"datacontenttype": "x"}])
def test_an_example_is_taken_and_means_the_same(name: str, more: dict[str, Any]) -> None:
    event = example_of(name) | more
    text = json.dumps(event, **COMPACT).encode()
    assert EventReader().read(text) is not None
    record = record_of(text, event)
    assert plain(decode_record(record, 1)) == plain(decode_in_full(record, 1))


@pytest.mark.parametrize(
    ("whole", "part", "other"),
    [
        ("a member repeated", '"id":"i1"', '"id":"i1","id":"i2"'),
        ("a member repeated behind a space", '"id":"i1"', '"id" :"i1","id":"i2"'),
        ("a member of the data repeated", '"kind":"queue"', '"kind":"bot","kind":"queue"'),
        ("an unknown member that is repeated", '"kind":"queue"', '"kind":"queue","x":1,"x":1'),
        ("an unknown member that is no text", '"kind":"queue"', r'"kind":"queue","x":"\ud800"'),
        ("the data in another form, too", '"id":"i1"', '"id":"i1","data_base64":"e30="'),
        ("a key that is not the subject", '"id":"i1"', '"id":"i1","partitionkey":"c2"'),
        ("another version", '"1.0"', '"0.3"'),
        ("an empty id", '"i1"', '""'),
        ("an id too long", '"i1"', f'"{"i" * 257}"'),
        ("the type repeated", f'"type":"{EVENT["type"]}"', f'"type":"x","type":"{EVENT["type"]}"'),
        ("the data repeated", '"data":{', '"data":{},"data":{'),
        ("something behind it", '"1.0"', '"1.0"}{"a":"b"'),
    ],
)
def test_anything_else_is_looked_at_in_full(whole: str, part: str, other: str) -> None:
    text = json.dumps(EVENT, **COMPACT)
    assert part in text
    assert EventReader().read(text.encode()) is not None
    assert EventReader().read(text.replace(part, other).encode()) is None, whole


STARTED: Final = (
    '{"specversion":"1.0","id":"i1","source":"/s","type":"conversation.started","subject":"c1",'
    '"time":"2026-03-02T09:00:00Z","data":{"channel":"live_chat","workstream_id":"w",'
    '"queue_id":"q","profiles":["a"]}}'
)


@pytest.mark.parametrize(
    ("part", "other", "taken"),
    [
        ('"q"', '"q"', True),
        ('"q"', r'"q\u0022"', True),
        ('"q"', r'"\"q"', True),
        ('"queue_id"', r'"queue\u005fid"', True),
        ('"queue_id":"q"', '"queue_id":"p","queue_id":"q"', False),
        ('"queue_id":"q"', '"queue_id":"q","queue_id":null', False),
        ('"queue_id":"q"', r'"queue_id":"p","queue\u005fid":"q"', False),
        ('"queue_id":"q"', '"queue_id":null', True),
        ('"queue_id":"q"', '"queue_id":"q","widget":[{}]', True),
        ('"queue_id":"q"', '"queue_id":"q","widget":{"a":1,"a":2}', False),
        ('"id":"i1"', '"id":"i1","tenant":"north","partitionkey":"c1"', True),
        ('["a"]', "[]", True),
        ('["a"]', '["a"],"profiles":[]', False),
        ('["a"]', '[],"profiles":["a"]', False),
        ('["a"]', '["a","b"],"units":5', True),
        ('["a"]', '["a"],"units":5,"units":6', False),
        ('"c1"', '"c1" ', True),
        ('"2026-03-02T09:00:00Z"', '"2026-03-02T09:00:00+0000"', True),
    ],
)
def test_what_counting_quotation_marks_sees(part: str, other: str, taken: bool) -> None:
    assert part in STARTED
    text = STARTED.replace(part, other).encode()
    assert (EventReader().read(text) is not None) == taken
    record = record_of(text, {"subject": "c1", "type": "conversation.started"})
    assert plain(decode_record(record, 1)) == plain(decode_in_full(record, 1))


def test_members_come_in_one_order() -> None:
    order = "data specversion id source subject time datacontenttype traceparent tracestate "
    order += "partitionkey"
    assert {" ".join(event.__struct_fields__) for event in EVENTS.values()} == {order}


TEXTS: Final = st.sampled_from(("", "ana", "c1", "é", 'a":', " :", "queue", "x" * 257)) | st.text(
    max_size=4
)
WORDS: Final = st.sampled_from(("inbound", "outbound", "bot", "2026-03-02T09:00:00Z"))
NUMBERS: Final = st.integers(-1, 3) | st.sampled_from((2**31 - 1, 2**31))
VALUES: Final = st.none() | st.booleans() | NUMBERS | WORDS | TEXTS | st.lists(TEXTS, max_size=65)
MEMBERS: Final = (
    *("representative_id", "auto_accept", "queue_id", "overflow", "reason", "to", "via"),
    *("direction", "handled_by", "scheduled_for", "units", "profiles"),
)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    event = example_of(draw(st.sampled_from(sorted(EVENTS))))
    event["data"] = dict(event["data"])
    for name in draw(st.sets(st.sampled_from(MEMBERS), max_size=2)):
        event["data"][name] = draw(VALUES)
    for name in draw(st.sets(st.sampled_from(("id", "source", "subject", "traceparent", "x")))):
        event[name] = draw(TEXTS)
    if draw(st.booleans()):
        event["time"] = draw(st.sampled_from(("2026-03-02T09:00:00Z", "soon", "", "2026-13-01")))
    return event


@settings(max_examples=400, deadline=None)
@given(event=events(), spaced=st.booleans(), ascii_=st.booleans())
def test_it_never_differs(event: dict[str, Any], spaced: bool, ascii_: bool) -> None:
    separators = (", ", ": ") if spaced else (",", ":")
    text = json.dumps(event, separators=separators, ensure_ascii=ascii_).encode()
    record = record_of(text, event)
    assert plain(decode_record(record, 1)) == plain(decode_in_full(record, 1))
