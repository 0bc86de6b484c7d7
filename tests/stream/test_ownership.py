"""The table of ownership: complete, and never left by anything that may happen."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.stream import ownership as module
from omnistate.stream.ownership import (
    OURS,
    READING,
    TABLE,
    ImpossibleMove,
    OwnerEvent,
    Ownership,
    OwnerState,
)

GROUP = (OwnerEvent.GIVEN, OwnerEvent.TAKEN_AWAY, OwnerEvent.RELEASED)


@pytest.mark.parametrize("state", list(OwnerState))
def test_the_group_may_say_anything_at_any_time(state: OwnerState) -> None:
    assert set(GROUP) <= set(TABLE[state])


@pytest.mark.parametrize("state", list(OwnerState))
def test_whatever_is_under_way_may_fail(state: OwnerState) -> None:
    if state is not OwnerState.ENDED:
        assert {OwnerEvent.FAILED, OwnerEvent.GAVE_UP} <= set(TABLE[state])


@given(st.lists(st.sampled_from(OwnerEvent), max_size=40))
def test_whose_it_is_follows_the_group_alone(events: list[OwnerEvent]) -> None:
    ownership, wanted, released = Ownership(), True, False
    for event in events:
        if event not in TABLE[ownership.state]:
            with pytest.raises(ImpossibleMove):
                ownership.move(event)
            continue
        ownership.move(event)
        released = released or event is OwnerEvent.RELEASED
        if event in (OwnerEvent.GIVEN, OwnerEvent.TAKEN_AWAY):
            wanted = event is OwnerEvent.GIVEN
        assert ownership.ending is released
        assert released or ownership.ours is wanted
        assert not ownership.reading or ownership.ours


@given(st.lists(st.sampled_from(OwnerEvent), max_size=40))
def test_what_was_read_before_it_was_taken_away_is_never_used(events: list[OwnerEvent]) -> None:
    """Between a taking away and the next read there is a rewind, or a new takeover."""
    ownership, stale = Ownership(), True
    for event in events:
        if event in TABLE[ownership.state]:
            ownership.move(event)
            if event is OwnerEvent.TAKEN_AWAY:
                stale = True
            elif event in (OwnerEvent.REWOUND, OwnerEvent.FENCED_OFF, OwnerEvent.RESTORED):
                stale = False
            if ownership.state in (OwnerState.RUNNING, OwnerState.COMMITTING):
                assert not stale


def test_a_hole_in_the_table_stops_the_import() -> None:
    lines = module._TABLE.strip().splitlines()
    with pytest.raises(TypeError, match="lacks"):
        module._read_table("\n".join(lines[:-1]))
    with pytest.raises(TypeError, match="cells"):
        module._read_table("\n".join([*lines[:-1], lines[-1].rsplit(None, 1)[0]]))


async def test_who_waits_sees_a_state_that_was_passed() -> None:
    ownership = Ownership()
    waiting = asyncio.create_task(ownership.wait_for(READING))
    await asyncio.sleep(0)
    assert not waiting.done()
    ownership.move(OwnerEvent.BEGUN)
    ownership.move(OwnerEvent.FENCED_OFF)
    assert await waiting is OwnerState.RESTORING
    assert OwnerState.RESTORING in OURS
