"""Rows as bytes: everything comes back, and the short look at a row sees what the long one sees."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.counter_row import decode_counter, encode_counter
from omnistate.core.conversation.parties import Extras, Hold, Offer, Waiting
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.core.conversation.row_header import read_header
from omnistate.core.conversation.stages import STAGES, Stage
from omnistate.core.conversation.waiting import restart
from omnistate.core.details import Details, Reservation, Update
from omnistate.core.input import Input

from tests.harness.members import members_of

NUMBERS = st.integers(0, 2**48)
TEXTS = st.text(max_size=3)
LISTS = st.lists(TEXTS, max_size=2)
RESERVATIONS = st.builds(Reservation, TEXTS, TEXTS, st.integers(0, 99), LISTS)
HOLDS = st.builds(
    Hold,
    st.integers(1, 9),
    TEXTS,
    st.sampled_from(("primary", "consultant", "daily", "wrap_up")),
    st.integers(0, 99),
    LISTS,
    st.booleans(),
    st.none() | NUMBERS,
    st.none() | RESERVATIONS,
)
OFFERS = st.builds(Offer, TEXTS, st.booleans(), st.none() | NUMBERS, st.none() | RESERVATIONS)
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
    "offers": st.lists(OFFERS, max_size=3),
    "windows": st.dictionaries(TEXTS, NUMBERS, max_size=2),
    **dict.fromkeys(("units", "queued_ms", "queue_since_ms"), st.none() | NUMBERS),
    "representative_since_ms": st.none() | NUMBERS,
}


@st.composite
def inputs(draw: st.DrawFn) -> Input:
    """An input that may wait, with whatever it may say."""
    head = draw(st.tuples(TEXTS, NUMBERS, NUMBERS, TEXTS, TEXTS, TEXTS, TEXTS, st.binary()))
    input_ = Input(*head)
    input_.time_ms, input_.size = draw(NUMBERS), draw(NUMBERS)
    input_.trigger = draw(TEXTS)
    for name in ("representative_id", "actor_id", "queue_id", "target_id", "traceparent"):
        setattr(input_, name, draw(st.none() | TEXTS))
    input_.declined, input_.direct = draw(st.booleans()), draw(st.booleans())
    input_.reason = draw(st.none() | st.just("merged"))
    updates = st.builds(Update, st.none() | NUMBERS, ATTRIBUTES, st.none() | NUMBERS, LISTS)
    input_.details = draw(
        st.none()
        | st.builds(
            Details,
            st.none() | updates,
            st.none() | RESERVATIONS,
            NUMBERS,
            st.none() | NUMBERS,
            st.none() | TEXTS,
            st.none() | TEXTS,
        )
    )
    return input_


ATTRIBUTES = st.dictionaries(
    TEXTS, st.booleans() | NUMBERS | st.floats(allow_nan=False) | TEXTS | LISTS, max_size=2
)
WAITING = st.lists(st.builds(Waiting, inputs(), NUMBERS, NUMBERS), max_size=2)
MEMBERS_OF_EXTRAS: dict[str, st.SearchStrategy[Any]] = {
    "attributes": ATTRIBUTES,
    "silent": st.none() | st.sampled_from(("customer", "representative")),
    "waiting": WAITING,
    **dict.fromkeys(("reconnected_ms", "reported_ms", "on_hold_since_ms"), st.none() | NUMBERS),
}


@st.composite
def extras(draw: st.DrawFn) -> Extras:
    """Whatever few conversations have."""
    found = Extras()
    for name, value in members_of(found).items():
        setattr(found, name, draw(MEMBERS_OF_EXTRAS.get(name, BY_TYPE[type(value)])))
    return found


SPECIAL["extras"] = st.none() | extras()
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
    "messages",
    "occurred_ms",
)


def plain(value: Any) -> Any:
    """The members of a value and of whatever it has."""
    if isinstance(value, Conversation | Extras | Hold | Offer | Waiting | Input):
        return {name: plain(member) for name, member in members_of(value).items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def close(row: Conversation) -> Conversation:
    """The same as it is once it is closed: it is forgotten when its last hold has ended."""
    row.stage = "closed"
    row.deadlines = {} if row.holds else {"forget": row.stage_since_ms}
    row.offers, row.windows, row.extras = [], {}, None
    return row


def test_every_member_is_looked_at() -> None:
    assert len(MEMBERS) == 36
    assert {"deadlines", "fingerprints", "served_by_id", "extras"} <= set(MEMBERS)


@given(row=rows().filter(lambda row: row.stage not in {"closed", "nothing"}))
def test_a_conversation_comes_back_whole(row: Conversation) -> None:
    text = encode_conversation(row)
    whole = decode_conversation(text)
    assert plain(whole) == plain(row)
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


@given(waiting=WAITING, stage=st.sampled_from(("nothing", "closed")))
def test_what_waits_comes_back(waiting: list[Waiting], stage: Stage) -> None:
    row = Conversation(b"", "", "", "", stage)
    row.rest.waiting = waiting
    restart(row)
    text = encode_conversation(row)
    found = decode_conversation(text)
    assert plain(found.rest.waiting) == plain(waiting)
    assert found.deadlines == row.deadlines
    assert read_header(text).due_ms == row.earliest_ms()
    assert encode_conversation(found) == text


@given(row=rows().filter(lambda row: row.stage != "nothing"))
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
