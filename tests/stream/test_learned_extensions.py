"""Extension attributes that come again and again: read in one pass, and meaning what they did."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given, settings
from omnistate.core.input import Input
from omnistate.stream.cloudevents import DeadLetter
from omnistate.stream.conversation import fast_decoding
from omnistate.stream.conversation.decoding import decode_in_full, decode_record
from omnistate.stream.conversation.fast_decoding import EventReader
from omnistate.stream.conversation.fast_extensions import (
    NAMES_MAX,
    SIGHTINGS,
    STRANGERS_KEPT,
    Extensions,
)
from omnistate.stream.conversation.fast_structs import EVENTS, Attributes, events_with
from omnistate.stream.ports import Record

from tests.harness.events import EVENT, record
from tests.harness.members import members_of
from tests.stream.drawn_records import ODD, records

LEARNED: Final = {"tenant": "north", "sequence": 17, "dataschema": "/s", "x": None, "on": True}
COMPACT: Final = (",", ":")


def text_of(more: Mapping[str, object]) -> bytes:
    return json.dumps(EVENT | dict(more), separators=COMPACT, ensure_ascii=False).encode()


def plain(found: Input | DeadLetter) -> object:
    if isinstance(found, DeadLetter):
        return found.code, found.message
    return members_of(found)


def agree(one: Record) -> object:
    """What both decodings say of it; they must not differ."""
    fast, full = plain(decode_record(one, 1)), plain(decode_in_full(one, 1))
    assert fast == full
    return fast


@pytest.fixture(scope="module")
def taught() -> None:
    """The decoder has seen events with these extensions often enough."""
    for _ in range(SIGHTINGS):
        agree(record(text_of(LEARNED)))


def taught_reader() -> EventReader:
    reader = EventReader()
    for _ in range(SIGHTINGS):
        assert reader.read(text_of(LEARNED)) is not None
    return reader


@pytest.mark.skipif(
    not fast_decoding.__file__.endswith(".py"), reason="compiled functions cannot be replaced"
)
def test_what_has_been_learned_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    decode = fast_decoding._DECODE_ANY

    def count(text: bytes) -> Any:
        read.append(text)
        return decode(text)

    monkeypatch.setattr(fast_decoding, "_DECODE_ANY", count)
    reader = taught_reader()
    assert len(read) == SIGHTINGS
    for more in (LEARNED, {"tenant": "south"}, {"sequence": "18", "on": 2**70}, {}):
        assert reader.read(text_of(more)) is not None
    assert len(read) == SIGHTINGS
    assert reader.read(text_of({"tenant": "north", "stranger": 1})) is not None
    assert len(read) == SIGHTINGS + 1


@pytest.mark.parametrize(
    ("part", "other", "taken"),
    [
        ('"tenant":"north"', '"tenant":"north"', True),
        ('"tenant":"north"', r'"ten\u0061nt":"n\"orth"', True),
        ('"tenant":"north"', '"tenant":"north","tenant":"north"', False),
        ('"tenant":"north"', r'"tenant":"north","ten\u0061nt":1', False),
        ('"tenant":"north"', '"tenant":null,"tenant":null', False),
        ('"tenant":"north"', '"tenant" :1,"tenant" :2', False),
        ('"tenant":"north"', '"tenant":{"a":1}', False),
        ('"tenant":"north"', r'"tenant":"\ud800"', False),
        ('"tenant":"north"', '"tenant":NaN', False),
        ('"tenant":"north"', '"tenant":"north","stranger":{"a":[1]}', True),
        ('"tenant":"north"', '"tenant":"north","stranger":{"a":1,"a":1}', False),
        ('"tenant":"north"', '"data_base64":"e30="', False),
        ('"sequence":17', '"sequence":17,"sequence":18', False),
        ('"sequence":17', '"sequence":17,"id":"i1"', False),
    ],
)
@pytest.mark.usefixtures("taught")
def test_members_beside_and_instead_of_them(part: str, other: str, taken: bool) -> None:
    text = text_of(LEARNED).decode()
    assert part in text
    text = text.replace(part, other)
    assert (taught_reader().read(text.encode()) is not None) == taken
    agree(record(text.encode()))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("learned", [b'"x":', b'"tenant":', b""])
@pytest.mark.usefixtures("taught")
def test_they_agree_on_odd_values_of_them(learned: bytes, odd: bytes) -> None:
    text = text_of({})
    agree(record(b"{" + learned + odd + b"," + text[1:]))
    agree(record(b"{" + learned + odd + text[1:]))


@settings(max_examples=400, deadline=None)
@given(one=records())
@pytest.mark.usefixtures("taught")
def test_they_agree_once_they_are_learned(one: Record) -> None:
    agree(one)


def test_what_is_learned_is_bounded_and_needs_many_sightings() -> None:
    extensions = Extensions()
    for number in range(STRANGERS_KEPT * 3):
        assert not extensions.see({**EVENT, f"once{number}": 1})
    for _ in range(SIGHTINGS - 1):
        assert not extensions.see({**EVENT, "tenant": "north"})
    assert not extensions.names
    assert extensions.see({**EVENT, "tenant": "north"})
    assert extensions.names == ("tenant",)
    for _ in range(SIGHTINGS):
        extensions.see(EVENT | {f"again{number}": "" for number in range(NAMES_MAX * 2)})
    assert len(extensions.names) == NAMES_MAX
    assert len(set(extensions.names)) == NAMES_MAX


@pytest.mark.parametrize(
    "name", ["class", "1st", "UP", "data_base64", "é", "", "x" * 21, "none\n", *EVENT, "tracestate"]
)
@pytest.mark.parametrize("value", ["text", 5, None])
def test_names_that_are_none_or_have_a_meaning_are_not_learned(name: str, value: object) -> None:
    extensions = Extensions()
    for _ in range(SIGHTINGS + 1):
        assert not extensions.see({**EVENT, name: value})


@pytest.mark.parametrize("value", [{}, [], 1.5])
def test_values_that_no_attribute_has_are_not_learned(value: object) -> None:
    extensions = Extensions()
    for _ in range(SIGHTINGS + 1):
        assert not extensions.see({**EVENT, "tenant": value})


def test_known_members_keep_their_order_before_what_is_learned() -> None:
    known = ("data", *Attributes.__struct_fields__)
    assert {event.__struct_fields__ for event in EVENTS.values()} == {known}
    extended = events_with(("tenant", "sequence"))
    assert extended.keys() == EVENTS.keys()
    assert {it.__struct_fields__ for it in extended.values()} == {(*known, "tenant", "sequence")}
