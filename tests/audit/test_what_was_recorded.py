"""Records, reminders and grants that came to nothing: each breach is found (`tampering`)."""

from collections.abc import Callable
from typing import Final

import pytest
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    RECORDED_INPUTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import Rig
from tests.audit.tampering import (
    Case,
    Event,
    Place,
    altered,
    check,
    find,
    set_data,
    set_event,
    spots,
)


@pytest.fixture
def rig(late: Rig) -> Rig:
    """A copy of the afternoon."""
    return late.clone()


def recorded(event: Event) -> bool:
    return bool(event["type"] == "input.recorded")


def reminder(event: Event) -> bool:
    return bool(event["type"] == "conversation.reminder")


def declined(event: Event) -> bool:
    return bool(event["type"] == "capacity.declined")


def lose_record(wanted: Callable[[Event], bool]) -> Callable[[Rig], Place]:
    """Drop a record; the replay misses it where the next one lies, or at the end."""

    def tamper(rig: Rig) -> Place:
        spot = find(rig, RECORDED_INPUTS, wanted)
        spot.drop()
        offsets = [entry.record.offset for entry in rig.entries(RECORDED_INPUTS, spot.partition)]
        after = [offset for offset in offsets if offset > spot.record.offset]
        end = max(offsets, default=-1) + 1
        return RECORDED_INPUTS, spot.partition, min(after, default=end)

    return tamper


def lose_declined(rig: Rig) -> Place:
    """Nothing follows it of what its partition says of the representative."""
    spot = find(rig, CAPACITY_CHANGES, declined)
    spot.drop()
    number = next(each.partition for each in spots(rig, STATE_CHANGES) if each.record.key == b"g")
    others = [
        each.record.offset
        for each in spots(rig, CAPACITY_CHANGES)
        if each.event["data"]["partition"] == number
    ]
    return CAPACITY_CHANGES, spot.partition, max(others, default=-1) + 1


def invent_recorded(rig: Rig) -> Place:
    """Of an input that has changed its conversation."""
    spot = find(rig, RECORDED_INPUTS, recorded)
    changed = next(
        each
        for each in spots(rig, STATE_CHANGES)
        if each.partition == spot.partition and "input" in each.event["data"]
    )
    named, cause = changed.event["data"]["input"], changed.event["data"]["cause"]

    def change(event: Event) -> None:
        event["data"].update(input=named, cause=cause)
        event["causationid"] = cause["id"]
        event["id"] = f"{named['topic']}-{named['partition']}-{named['offset']}"

    spot.repeat()
    last = [each for each in spots(rig, RECORDED_INPUTS) if each.partition == spot.partition][-1]
    return last.alter(change)


def move(rig: Rig) -> Place:
    spot = find(rig, RECORDED_INPUTS, recorded)
    spot.drop()
    record, there = spot.record, (spot.partition + 1) % rig.partitions
    entry = rig.log.append(RECORDED_INPUTS, record.key, record.value, record.headers, there)
    return RECORDED_INPUTS, there, entry.record.offset


CASES: Final[dict[str, Case]] = {
    "a record dropped": ("replay", lose_record(recorded)),
    "a record doubled": ("accounting", lambda rig: find(rig, RECORDED_INPUTS, recorded).repeat()),
    "a record invented": ("accounting", invent_recorded),
    "a record moved": ("accounting", move),
    "a record's key": (
        "accounting",
        lambda rig: find(rig, RECORDED_INPUTS, recorded).put(key=b"other"),
    ),
    "a record's id": altered("accounting", RECORDED_INPUTS, recorded, set_event(id="x")),
    "a record's cause": altered(
        "accounting", RECORDED_INPUTS, recorded, set_event(causationid="x")
    ),
    "a record of a message": altered(
        "accounting",
        RECORDED_INPUTS,
        recorded,
        lambda event: event["data"]["cause"].update(type="customer.messaged"),
    ),
    "a record of no input": altered(
        "accounting",
        RECORDED_INPUTS,
        recorded,
        lambda event: event["data"]["input"].update(offset=10**9),
    ),
    "a record of no topic": altered(
        "accounting",
        RECORDED_INPUTS,
        recorded,
        lambda event: event["data"]["input"].update(topic="weather"),
    ),
    "a record's clocks": altered(
        "accounting", RECORDED_INPUTS, recorded, set_data(occurred_at="2030-01-01T00:00:00.000Z")
    ),
    "a record's timer": altered(
        "replay",
        RECORDED_INPUTS,
        recorded,
        set_data(next_timer={"name": "auto_close", "at": "2030-01-01T00:00:00.000Z"}),
    ),
    "no record": ("accounting", lambda rig: find(rig, RECORDED_INPUTS, recorded).put(value=b"{")),
    "a reminder dropped": ("replay", lose_record(reminder)),
    "a reminder doubled": ("replay", lambda rig: find(rig, RECORDED_INPUTS, reminder).repeat()),
    "a reminder by an input": altered(
        "accounting", RECORDED_INPUTS, reminder, set_event(causationid="x")
    ),
    "a grant that came to nothing dropped": ("replay", lose_declined),
    "one doubled": ("replay", lambda rig: find(rig, CAPACITY_CHANGES, declined).repeat()),
    "one's id": altered("holds", CAPACITY_CHANGES, declined, set_event(id="x")),
    "one's key": ("holds", lambda rig: find(rig, CAPACITY_CHANGES, declined).put(key=b"other")),
    "one's code": altered("holds", CAPACITY_CHANGES, declined, set_data(code="mood")),
}


@pytest.mark.parametrize("name", CASES)
async def test_it_is_found(rig: Rig, name: str) -> None:
    await check(rig, CASES[name])
