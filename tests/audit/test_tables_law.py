"""The law of tables, broken in every way that we could think of; see `tampering`."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Hold
from omnistate.core.conversation.row import decode_conversation
from omnistate_schemas.vocabulary import CAPACITY_CHANGES, STATE_CHANGES

from tests.audit.audit_rig import CONVERSATIONS, COUNTERS, SETTINGS, Rig
from tests.audit.tampering import (
    Case,
    Event,
    Place,
    alter_counter,
    alter_row,
    check,
    drop_last_row,
    find,
    places,
    rows,
    spots,
)


def row_with(**members: Any) -> Case:
    """A row of which these members are others."""

    def change(row: Conversation) -> bool:
        for name, value in members.items():
            setattr(row, name, value)
        return row.stage != "closed"

    return "tables", lambda rig: alter_row(rig, change)


def stub_with(**members: Any) -> Case:
    """The same of a closed conversation's, of which less is kept."""

    def change(row: Conversation) -> bool:
        for name, value in members.items():
            setattr(row, name, value)
        return row.stage == "closed"

    return "tables", lambda rig: alter_row(rig, change)


def stale_row(rig: Rig) -> Place:
    """The last row of a conversation that has changed once more by it."""
    for (partition, key), last in rows(rig, CONVERSATIONS).items():
        of_it = [
            spot
            for spot in spots(rig, CONVERSATIONS)
            if spot.partition == partition and spot.record.key == key
        ]
        sequence = decode_conversation(last.record.value or b"").sequence
        older = [
            spot
            for spot in of_it
            if decode_conversation(spot.record.value or b"").sequence < sequence
        ]
        if older:
            for spot in reversed(of_it[len(older) :]):
                spot.drop()
            stale = decode_conversation(older[-1].record.value or b"").sequence

            def next_change(event: Event, key: bytes = key, stale: int = stale) -> bool:
                same = event["subject"] == key.decode()
                return same and bool(event["data"]["sequence"] == stale + 1)

            return find(rig, STATE_CHANGES, next_change).place
    raise AssertionError("no such row")


def lose_row(rig: Rig) -> Place:
    """No row at all of a conversation that goes on."""
    for (partition, key), last in rows(rig, CONVERSATIONS).items():
        if decode_conversation(last.record.value or b"").stage != "closed":
            for spot in reversed(spots(rig, CONVERSATIONS)):
                if spot.partition == partition and spot.record.key == key:
                    spot.drop()
            changes = spots(rig, STATE_CHANGES)
            return [spot for spot in changes if spot.record.key == key][-1].place
    raise AssertionError("no such row")


def forget_early(rig: Rig) -> Place:
    """A tombstone of a conversation that has only just closed."""
    for (partition, key), last in rows(rig, CONVERSATIONS).items():
        if decode_conversation(last.record.value or b"").stage == "closed":
            rig.log.append(CONVERSATIONS, key, None, (), partition)
            changes = spots(rig, STATE_CHANGES)
            return [spot for spot in changes if spot.record.key == key][-1].place
    raise AssertionError("no such row")


def leak(rig: Rig) -> Place:
    """A row forgets its only hold, which nobody will ever give back."""
    lost: list[str] = []

    def change(row: Conversation) -> bool:
        if len(row.holds) == 1:
            lost.append(row.hold_id(row.holds.pop()))
        return bool(lost)

    alter_row(rig, change)
    return find(
        rig, CAPACITY_CHANGES, lambda event: bool(event["data"]["hold_id"] == lost[0])
    ).place


def invent_hold(row: Conversation) -> bool:
    row.holds.append(Hold(99, "ana", "primary", 30, [], forced=False))
    return True


def change_hold(row: Conversation) -> bool:
    for hold in row.holds:
        hold.units += 1
    return bool(row.holds)


def oversleep(row: Conversation) -> bool:
    row.deadlines["auto_close"] = 1_000
    return row.stage != "closed"


def count_more(counter: Counter) -> bool:
    counter.units += 30
    return True


def count_profile(counter: Counter) -> bool:
    counter.profiles["x"] = 1
    return True


def count_on(counter: Counter) -> bool:
    counter.sequence += 1
    return True


def stale_counter(rig: Rig) -> Place:
    dropped = drop_last_row(rig, COUNTERS, all_of_it=False)
    key = (dropped.partition, dropped.record.key)
    stale = rows(rig, COUNTERS)[dropped.partition, dropped.record.key or b""]
    assert stale.place != dropped.place
    return [
        spot.place
        for spot in spots(rig, CAPACITY_CHANGES)
        if (spot.event["data"]["partition"], spot.record.key) == key
    ][-1]


def lose_counter(rig: Rig) -> Place:
    dropped = drop_last_row(rig, COUNTERS, all_of_it=True)
    key = (dropped.partition, dropped.record.key)
    return [
        spot.place
        for spot in spots(rig, CAPACITY_CHANGES)
        if (spot.event["data"]["partition"], spot.record.key) == key
    ][-1]


def spoil(topic: str) -> Callable[[Rig], Place]:
    return lambda rig: next(iter(rows(rig, topic).values())).put(value=b"\xc1")


def lose_settings(rig: Rig) -> Place:
    lost = spots(rig, SETTINGS)[0]
    lost.drop()
    return next(
        spot.place
        for spot in rows(rig, CONVERSATIONS).values()
        if spot.partition == lost.partition
        and decode_conversation(spot.bytes).settings_key == lost.record.key
    )


def of_rows(change: Callable[[Conversation], bool]) -> Case:
    return "tables", lambda rig: alter_row(rig, change)


TABLES: Final[dict[str, Case]] = {
    **{
        f"closed, {name}": stub_with(**{name: value})
        for name, value in {
            "stage_since_ms": 1,
            "sequence": 99,
            "queue_id": "elsewhere",
            "representative_id": "nobody",
        }.items()
    },
    **{
        name: row_with(**{name: value})
        for name, value in {
            "stage": "resolved",
            "stage_since_ms": 1,
            "sequence": 77,
            "queue_id": "nowhere",
            "customer_id": "nobody",
            "representative_id": "nobody",
            "channel": "voice",
            "workstream_id": "none",
            "transfer_count": 17,
            "skipped": ["nobody"],
            "origin": "0-77777",
            "overflow_count": 17,
        }.items()
    },
    "a stale row": ("tables", stale_row),
    "no row": ("tables", lose_row),
    "forgotten too early": ("tables", forget_early),
    "a hold leaks": ("tables", leak),
    "a hold more": of_rows(invent_hold),
    "another hold": of_rows(change_hold),
    "a skipped timer": of_rows(oversleep),
    "no settings": ("tables", lose_settings),
    "other settings": (
        "tables",
        lambda rig: spots(rig, SETTINGS)[0].put(value=spots(rig, SETTINGS)[0].bytes + b" "),
    ),
    "no row's bytes": ("tables", spoil(CONVERSATIONS)),
    "no counter's bytes": ("tables", spoil(COUNTERS)),
    "a counter's units": ("tables", lambda rig: alter_counter(rig, count_more)),
    "a counter's profiles": ("tables", lambda rig: alter_counter(rig, count_profile)),
    "a counter's sequence": ("tables", lambda rig: alter_counter(rig, count_on)),
    "a stale counter": ("tables", stale_counter),
    "no counter": ("tables", lose_counter),
}


@pytest.mark.parametrize("name", TABLES)
async def test_tables(rig: Rig, name: str) -> None:
    await check(rig, TABLES[name])


async def test_a_leak_is_named_once(rig: Rig) -> None:
    findings = await check(rig, ("tables", leak))
    assert len(places(findings, "tables")) == 1
    assert not places(findings, "holds")
