"""The law of sequence, broken in every way that we could think of; see `tampering`."""

from collections.abc import Callable
from typing import Final

import pytest
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS, STATE_CHANGES

from tests.audit.audit_rig import Rig
from tests.audit.tampering import (
    Case,
    Event,
    Place,
    Spot,
    altered,
    by_input,
    check,
    find,
    set_data,
    set_event,
    third,
)


def change_of(spot: Spot, sequence: int) -> Callable[[Event], bool]:
    """The change with that number of the same conversation."""

    def wanted(event: Event) -> bool:
        same = event["subject"] == spot.event["subject"]
        return same and bool(event["data"]["sequence"] == sequence)

    return wanted


def first(event: Event) -> bool:
    return bool(event["data"].get("sequence") == 1)


def drop_change(rig: Rig) -> Place:
    dropped = find(rig, STATE_CHANGES, third)
    following = dropped.after(change_of(dropped, 4))
    dropped.drop()
    return following.place


def swap_changes(rig: Rig) -> Place:
    one = find(rig, STATE_CHANGES, third)
    other = one.after(change_of(one, 4))
    one.swap(other)
    return one.place


def move_change(rig: Rig) -> Place:
    spot = find(rig, STATE_CHANGES, first)
    spot.drop()
    there = (spot.partition + 1) % rig.partitions
    record = spot.record
    entry = rig.log.append(STATE_CHANGES, record.key, record.value, record.headers, there)
    return STATE_CHANGES, there, entry.record.offset


SEQUENCE: Final[dict[str, Case]] = {
    "dropped": ("sequence", drop_change),
    "doubled": ("sequence", lambda rig: find(rig, STATE_CHANGES, third).repeat()),
    "swapped": ("sequence", swap_changes),
    "in another partition": ("sequence", move_change),
    "its key": ("sequence", lambda rig: find(rig, STATE_CHANGES, third).put(key=b"other")),
    "no JSON": ("sequence", lambda rig: find(rig, STATE_CHANGES, third).put(value=b"{")),
    "no value": ("sequence", lambda rig: find(rig, STATE_CHANGES, third).put(value=None)),
    **{
        name: altered("sequence", STATE_CHANGES, third, set_data(**{name: value}))
        for name, value in {
            "previous_status": "closed",
            "previous_detail": "with_bot",
            "previous_queue_id": "nowhere",
            "previous_representative_id": "nobody",
            "previous_status_seconds": 12_345.5,
            "sequence": 30,
            "status": "asleep",
            "conversation_id": "another",
            "transfer_count": -1,
            "input": {"topic": CHANNEL_EVENTS, "partition": 9, "offset": 0},
        }.items()
    },
    "id": altered("sequence", STATE_CHANGES, third, set_event(id="0-999999.3")),
    "causationid": altered("sequence", STATE_CHANGES, by_input, set_event(causationid="x")),
    "time back": altered("sequence", STATE_CHANGES, third, set_event(time="2026-01-01T00:00:00Z")),
    "source": altered("sequence", STATE_CHANGES, third, set_event(source="/elsewhere")),
    "not by a timer": altered("sequence", STATE_CHANGES, by_input, set_data(input=None)),
    "the first's id": altered("sequence", STATE_CHANGES, first, set_event(id="0-999999.1")),
    "the first's past": altered("sequence", STATE_CHANGES, first, set_data(previous_status="open")),
    "the first's cause": altered(
        "sequence",
        STATE_CHANGES,
        first,
        set_data(input={"topic": AGENT_ACTIONS, "partition": 0, "offset": 0}),
    ),
}


@pytest.mark.parametrize("name", SEQUENCE)
async def test_sequence(rig: Rig, name: str) -> None:
    await check(rig, SEQUENCE[name])
