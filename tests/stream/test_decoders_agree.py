"""The shortcut and the full decoding say the same of every record, and the usual forms take it."""

import json
from typing import Final

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
from tests.harness.events import EVENT, STRUCTURED, record
from tests.harness.members import members_of
from tests.stream.drawn_records import (
    ODD,
    Mode,
    in_binary_mode,
    in_structured_mode,
    records,
    spoilt_records,
)

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
    # Forms differ in how long they are, and in whether they have a trace.
    apart = {"traceparent": None, "size": 0}
    assert told | apart == plainest | apart


@pytest.mark.skipif(
    not decoding.__file__.endswith(".py"), reason="compiled functions cannot be replaced"
)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(EVENTS))
@pytest.mark.usefixtures("shortcut_only")
def test_each_form_is_taken_by_the_shortcut(name: str, form: str) -> None:
    assert isinstance(decode_record(forms_of(example_of(name))[form], 1), Input)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(one=records(), partitions=st.sampled_from((1, 1, 1, 6)))
def test_they_agree_on_events(one: Record, partitions: int) -> None:
    agree(one, partitions)


@settings(max_examples=500, deadline=None)
@given(one=spoilt_records())
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


def test_a_repeated_header_counts_as_its_last_that_is_text() -> None:
    _, headers = in_binary_mode(EVENT, b"")
    text, unreadable = json.dumps(EVENT["data"]).encode(), ("ce_id", b"\xff")
    for repeated in (
        (("ce_id", b"i0"), *headers),
        (unreadable, *headers),
        (*headers, unreadable),
        (unreadable, *headers, unreadable),
    ):
        told = agree(record(text, repeated))
        assert isinstance(told, dict), repeated
        assert told["id"] == EVENT["id"]


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
