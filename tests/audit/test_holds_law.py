"""The law of holds, broken in every way that we could think of; see `tampering`."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from omnistate_schemas.vocabulary import CAPACITY_CHANGES

from tests.audit.audit_rig import COUNTERS, Rig
from tests.audit.tampering import Case, Event, Place, Spot, check, find, rows, spots


def is_held(event: Event) -> bool:
    return bool(event["type"] == "capacity.held")


def is_released(event: Event) -> bool:
    return not is_held(event)


def account_of(event: Event) -> tuple[Any, ...]:
    return event["subject"], event["data"]["partition"]


def last_of(rig: Rig, spot: Spot) -> Spot:
    """The last change of the same counter."""
    return [
        each
        for each in spots(rig, CAPACITY_CHANGES)
        if account_of(each.event) == account_of(spot.event)
    ][-1]


def followed(rig: Rig, wanted: Callable[[Event], bool]) -> Spot:
    """A hold or release that is not the last of its counter."""
    return next(
        spot
        for spot in spots(rig, CAPACITY_CHANGES)
        if wanted(spot.event) and last_of(rig, spot).place != spot.place
    )


def drop_followed(wanted: Callable[[Event], bool]) -> Callable[[Rig], Place]:
    def tamper(rig: Rig) -> Place:
        dropped = followed(rig, wanted)
        account = account_of(dropped.event)
        following = dropped.after(lambda event: account_of(event) == account)
        dropped.drop()
        return following.place

    return tamper


def drop_last(rig: Rig) -> Place:
    """Nothing follows that could show it, but the counter's row counts it."""
    dropped = last_of(rig, find(rig, CAPACITY_CHANGES, is_held))
    dropped.drop()
    key = (dropped.event["data"]["partition"], dropped.record.key or b"")
    return rows(rig, COUNTERS)[key].place


def never_held(rig: Rig) -> Place:
    """A release whose hold is gone."""
    released = find(rig, CAPACITY_CHANGES, is_released)
    hold_id = released.event["data"]["hold_id"]
    find(
        rig,
        CAPACITY_CHANGES,
        lambda event: is_held(event) and bool(event["data"]["hold_id"] == hold_id),
    ).drop()
    return next(
        spot.place
        for spot in spots(rig, CAPACITY_CHANGES)
        if is_released(spot.event) and spot.event["data"]["hold_id"] == hold_id
    )


def altered(change: Callable[[Event], None], wanted: Callable[[Event], bool] = is_held) -> Case:
    return "holds", lambda rig: followed(rig, wanted).alter(change)


def set_data(**members: Any) -> Callable[[Event], None]:
    return lambda event: event["data"].update(members)


HOLDS: Final[dict[str, Case]] = {
    "a hold dropped": ("holds", drop_followed(is_held)),
    "a release dropped": ("holds", drop_followed(is_released)),
    "the last one dropped": ("tables", drop_last),
    "a hold doubled": ("holds", lambda rig: find(rig, CAPACITY_CHANGES, is_held).repeat()),
    "a release doubled": ("holds", lambda rig: find(rig, CAPACITY_CHANGES, is_released).repeat()),
    "released, never held": ("holds", never_held),
    "no JSON": ("holds", lambda rig: find(rig, CAPACITY_CHANGES, is_held).put(value=b"[")),
    "its key": ("holds", lambda rig: find(rig, CAPACITY_CHANGES, is_held).put(key=b"x")),
    "units held": altered(lambda event: event["data"].update(units=event["data"]["units"] + 1)),
    "units released": altered(set_data(units=1), is_released),
    "profiles released": altered(set_data(profiles=["x"]), is_released),
    "role released": altered(set_data(role="consultant"), is_released),
    "conversation released": altered(set_data(conversation_id="x"), is_released),
    "no such role": altered(set_data(role="spy")),
    "partition_sequence": altered(set_data(partition_sequence=1_000)),
    "partition_units": altered(set_data(partition_units=1)),
    "partition_profiles": altered(set_data(partition_profiles={"x": 1})),
    "partition": altered(set_data(partition=77)),
    "hold_id": altered(set_data(hold_id="9-9.h9")),
    "id": altered(lambda event: event.update(id="x")),
    "causationid": altered(lambda event: event.update(causationid="x")),
    "a later batch's": altered(lambda event: event.update(time="2030-01-01T00:00:00Z")),
    "time back": altered(lambda event: event.update(time="2026-01-01T00:00:00Z"), is_released),
}


@pytest.mark.parametrize("name", HOLDS)
async def test_holds(rig: Rig, name: str) -> None:
    await check(rig, HOLDS[name])


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [(is_held, "is held again after it was given back"), (is_released, "is given back twice")],
)
async def test_once_is_enough(rig: Rig, wanted: Callable[[Event], bool], sentence: str) -> None:
    """Of a hold that has ended."""
    released = find(rig, CAPACITY_CHANGES, is_released).event["data"]["hold_id"]
    spot = find(
        rig,
        CAPACITY_CHANGES,
        lambda event: wanted(event) and bool(event["data"]["hold_id"] == released),
    )
    place = spot.repeat()
    assert f"hold {released} {sentence}" in {
        each.sentence for each in (await rig.audit()).violations if each[1:4] == place
    }


def move(rig: Rig) -> Place:
    spot = find(rig, CAPACITY_CHANGES, is_held)
    spot.drop()
    there, record = 1 - spot.partition, spot.record
    entry = rig.log.append(CAPACITY_CHANGES, record.key, record.value, record.headers, there)
    return CAPACITY_CHANGES, there, entry.record.offset


def hold_twice(rig: Rig) -> Place:
    """A hold that is open still."""
    ended = {
        spot.event["data"]["hold_id"]
        for spot in spots(rig, CAPACITY_CHANGES)
        if is_released(spot.event)
    }
    return find(rig, CAPACITY_CHANGES, lambda event: event["data"]["hold_id"] not in ended).repeat()


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (move, "the key belongs to another partition"),
        (hold_twice, "is held twice"),
        (never_held, "is given back, but was not held"),
    ],
)
async def test_what_is_said(rig: Rig, tamper: Callable[[Rig], Place], sentence: str) -> None:
    place = tamper(rig)
    said = [each.sentence for each in (await rig.audit()).violations if each[1:4] == place]
    assert sentence in " ".join(said)
