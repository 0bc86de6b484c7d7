"""The short look at a row sees what the long one sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.core.conversation import (
    Conversation,
    Hold,
    Outlook,
    decode_conversation,
    encode_conversation,
    read_outlook,
)
from workers.core.stages import STAGES

INSTANTS = st.integers(0, 2**48)
HOLDS = st.builds(
    Hold,
    st.integers(1, 9),
    st.text(max_size=3),
    st.sampled_from(("primary", "consultant", "daily")),
    st.integers(0, 99),
    st.lists(st.text(max_size=3), max_size=2),
    st.booleans(),
    st.none() | INSTANTS,
)
ROWS = st.builds(
    Conversation,
    settings_key=st.binary(max_size=9),
    channel=st.text(max_size=3),
    workstream_id=st.text(max_size=3),
    origin=st.just("0-0"),
    stage=st.sampled_from(STAGES),
    deadlines=st.dictionaries(st.sampled_from(("offer", "inactivity", "forget")), INSTANTS),
    holds=st.lists(HOLDS, max_size=3),
    skipped=st.lists(st.text(max_size=3), max_size=3),
    sequence=st.integers(0, 99),
)


def test_its_members_are_the_first_of_the_row() -> None:
    assert Outlook.__struct_fields__ == Conversation.__struct_fields__[:7]


@given(row=ROWS)
def test_stage_and_earliest_deadline(row: Conversation) -> None:
    text = encode_conversation(row)
    whole = decode_conversation(text)
    assert read_outlook(text) == (whole.stage, whole.earliest_ms())
    found = whole.next_deadline()
    assert whole.earliest_ms() == (None if found is None else found[0])


def test_what_is_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="array"):
        read_outlook(b"\x01")
