"""Rows as bytes: everything comes back, and the short look at a row sees what the long one sees."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation, Hold
from omnistate.core.conversation.row import (
    decode_conversation,
    decode_counter,
    encode_conversation,
    encode_counter,
)
from omnistate.core.conversation.row_header import read_header
from omnistate.core.conversation.stages import STAGES

from tests.harness.members import members_of

NUMBERS = st.integers(0, 2**48)
TEXTS = st.text(max_size=3)
LISTS = st.lists(TEXTS, max_size=2)
HOLDS = st.builds(
    Hold,
    st.integers(1, 9),
    TEXTS,
    st.sampled_from(("primary", "consultant", "daily")),
    st.integers(0, 99),
    LISTS,
    st.booleans(),
    st.none() | NUMBERS,
)
# A strategy for each kind of member, by the type of what a new conversation has there.
BY_TYPE: dict[type, st.SearchStrategy[Any]] = {
    bytes: st.binary(max_size=9),
    str: TEXTS,
    bool: st.booleans(),
    int: NUMBERS,
    list: LISTS,
    dict: st.dictionaries(st.sampled_from(("offer", "inactivity", "forget")), NUMBERS),
    type(None): st.none() | TEXTS,
}
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "stage": st.sampled_from(STAGES),
    "holds": st.lists(HOLDS, max_size=3),
    "units": st.none() | NUMBERS,
}
MEMBERS = {
    name: SPECIAL.get(name, BY_TYPE[type(value)])
    for name, value in members_of(Conversation(b"", "", "", "")).items()
}


@st.composite
def rows(draw: st.DrawFn) -> Conversation:
    """A conversation in any state, possible or not."""
    row = Conversation(b"", "", "", "")
    for name, members in MEMBERS.items():
        setattr(row, name, draw(members))
    return row


# What is left of a closed conversation, beside the remainders of holds.
KEPT = (
    "stage",
    "settings_key",
    "origin",
    "stage_since_ms",
    "sequence",
    "queue_id",
    "representative_id",
    "deadlines",
    "fingerprints",
)


def close(row: Conversation) -> Conversation:
    """The same as it is once it is closed: it is forgotten when its last hold has ended."""
    row.stage = "closed"
    row.deadlines = {} if row.holds else {"forget": row.stage_since_ms}
    return row


def test_every_member_is_looked_at() -> None:
    assert len(MEMBERS) == 28
    assert {"deadlines", "fingerprints", "served_by_id", "overflow_transfer_count"} <= set(MEMBERS)


@given(row=rows().filter(lambda row: row.stage != "closed"))
def test_a_conversation_comes_back_whole(row: Conversation) -> None:
    text = encode_conversation(row)
    whole = decode_conversation(text)
    found, put = members_of(whole), members_of(row)
    assert list(map(members_of, found.pop("holds"))) == list(map(members_of, put.pop("holds")))
    assert found == put
    assert encode_conversation(whole) == text


@given(row=rows().map(close))
def test_of_a_closed_conversation_a_stub_comes_back(row: Conversation) -> None:
    text = encode_conversation(row)
    stub = decode_conversation(text)
    for name in KEPT:
        assert getattr(stub, name) == getattr(row, name), name
    assert list(map(members_of, stub.holds)) == list(map(members_of, row.holds))
    assert stub.describe() == row.describe()
    new = members_of(Conversation(b"", "", "", ""))
    rest = {name: value for name, value in members_of(stub).items() if name not in KEPT}
    rest.pop("holds")
    assert rest == {name: new[name] for name in rest}
    assert encode_conversation(stub) == text


@given(row=rows())
def test_stage_and_earliest_deadline(row: Conversation) -> None:
    header = read_header(encode_conversation(row))
    assert (header.stage, header.due_ms) == (row.stage, row.earliest_ms())
    found = row.next_deadline()
    assert row.earliest_ms() == (None if found is None else found[0])


@given(
    sequence=NUMBERS, units=st.integers(-99, 99), profiles=st.dictionaries(TEXTS, st.integers(1, 9))
)
def test_a_counter_comes_back_whole(sequence: int, units: int, profiles: dict[str, int]) -> None:
    found = decode_counter(encode_counter(Counter(sequence, units, profiles)))
    assert (found.sequence, found.units, found.profiles) == (sequence, units, profiles)


@pytest.mark.parametrize("text", [b"\x01", b"", b"\x92\xa4open", b"\x92\xa5shelf\xc0"])
def test_what_is_no_row_is_refused(text: bytes) -> None:
    for read in (read_header, decode_conversation, decode_counter):
        with pytest.raises(msgspec.DecodeError):
            read(text)
