"""The laws of accounting and of offsets, broken in every way that we could think of."""

from collections.abc import Callable
from typing import Final

import pytest
from omnistate.audit.accounting_law import RECORDABLE
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    CHANNEL_EVENTS,
    DEAD_LETTERS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import GROUP, POSITIONS, Rig
from tests.audit.tampering import (
    Case,
    Event,
    Place,
    Spot,
    altered,
    anything,
    by_input,
    check,
    find,
    input_of,
    places,
    set_data,
    set_event,
    spots,
)
from tests.oracle.cells import CELLS


def of_an_action(event: Event) -> bool:
    """A refusal whose input could not have been recorded instead."""
    return bool(event["data"]["cause"]["type"] == "representative.end")


def drop_answer(topic: str, wanted: Callable[[Event], bool]) -> Callable[[Rig], Place]:
    def tamper(rig: Rig) -> Place:
        spot = find(rig, topic, wanted)
        spot.drop()
        place = input_of(spot)
        assert place is not None
        return place

    return tamper


def drop_input(rig: Rig) -> Place:
    place = input_of(find(rig, STATE_CHANGES, by_input))
    assert place is not None
    next(spot for spot in spots(rig, place[0]) if spot.place == place).drop()
    return place


def dead_letter(rig: Rig) -> Spot:
    return spots(rig, DEAD_LETTERS)[0]


def drop_dead_letter(rig: Rig) -> Place:
    spot = dead_letter(rig)
    spot.drop()
    topic, partition, offset = (spot.record.headers[-1][1] or b"").decode().rsplit("/", 2)
    return topic, int(partition), int(offset)


def move_origin(rig: Rig, place: str) -> Place:
    spot = dead_letter(rig)
    origin = f"{CHANNEL_EVENTS}{place}".encode()
    return spot.put(headers=(*spot.record.headers[:-1], ("omnistate-origin", origin)))


def refuse_twice(rig: Rig) -> Place:
    """A refusal of an input that has changed its conversation."""
    changed = find(rig, STATE_CHANGES, by_input)
    refused = find(rig, REJECTED_INPUTS, anything)
    named = changed.event["data"]["input"]
    return refused.alter(set_data(input=named))


ACCOUNTING: Final[dict[str, Case]] = {
    "a refusal dropped": ("accounting", drop_answer(REJECTED_INPUTS, of_an_action)),
    "a refusal doubled": ("accounting", lambda rig: find(rig, REJECTED_INPUTS, anything).repeat()),
    "a change dropped": ("accounting", drop_answer(STATE_CHANGES, by_input)),
    "a change doubled": ("accounting", lambda rig: find(rig, STATE_CHANGES, by_input).repeat()),
    "an input that changed something dropped": ("accounting", drop_input),
    "changed and refused": ("accounting", refuse_twice),
    "a dead letter dropped": ("accounting", drop_dead_letter),
    "a dead letter doubled": ("accounting", lambda rig: dead_letter(rig).repeat()),
    "a dead letter without a reason": (
        "accounting",
        lambda rig: dead_letter(rig).put(headers=dead_letter(rig).record.headers[-1:]),
    ),
    "a dead letter from nowhere": (
        "accounting",
        lambda rig: dead_letter(rig).put(headers=dead_letter(rig).record.headers[:-1]),
    ),
    "a dead letter of no partition": ("accounting", lambda rig: move_origin(rig, "/9/0")),
    "a dead letter of no input": ("accounting", lambda rig: move_origin(rig, "/0/99999")),
    "a refusal of no input": altered(
        "accounting",
        REJECTED_INPUTS,
        anything,
        set_data(input={"topic": CHANNEL_EVENTS, "partition": 0, "offset": 10**9}),
    ),
    "a refusal of no topic": altered(
        "accounting",
        REJECTED_INPUTS,
        anything,
        set_data(input={"topic": "weather", "partition": 0, "offset": 1}),
    ),
    "a change of no input": altered(
        "accounting",
        STATE_CHANGES,
        by_input,
        lambda event: event["data"]["input"].update(offset=10**9),
    ),
    "a change of no topic": altered(
        "accounting",
        STATE_CHANGES,
        by_input,
        lambda event: event["data"]["input"].update(topic="weather"),
    ),
    "a refusal's id": altered("accounting", REJECTED_INPUTS, anything, set_event(id="x")),
    "a refusal's cause": altered(
        "accounting", REJECTED_INPUTS, anything, set_event(causationid="x")
    ),
    "a refusal's code": altered("accounting", REJECTED_INPUTS, anything, set_data(code="mood")),
    "a refusal's key": (
        "accounting",
        lambda rig: find(rig, REJECTED_INPUTS, anything).put(key=b"other"),
    ),
}


def change_committed(rig: Rig) -> Place:
    rig.log.offsets[GROUP, CHANNEL_EVENTS, 1] -= 1
    return CHANNEL_EVENTS, 1, rig.log.offsets[GROUP, CHANNEL_EVENTS, 1]


def go_back(rig: Rig) -> Place:
    return find(rig, POSITIONS, lambda row: bool(row["clock_ms"])).repeat()


def lose_inputs(rig: Rig) -> Place:
    """The last ones of a topic, as an unclean election of a leader would."""
    entries = rig.entries(AGENT_ACTIONS, 0)
    del entries[-3:]
    return AGENT_ACTIONS, 0, entries[-1].record.offset + 1


OFFSETS: Final[dict[str, Case]] = {
    "another committed": ("offsets", change_committed),
    "a position goes back": ("offsets", go_back),
    "no position": (
        "offsets",
        lambda rig: find(rig, POSITIONS, lambda row: bool(row["clock_ms"])).put(value=b"soon"),
    ),
    "inputs that were taken are gone": ("offsets", lose_inputs),
}


@pytest.mark.parametrize("name", ACCOUNTING)
async def test_accounting(rig: Rig, name: str) -> None:
    await check(rig, ACCOUNTING[name])


@pytest.mark.parametrize("name", OFFSETS)
async def test_offsets(rig: Rig, name: str) -> None:
    await check(rig, OFFSETS[name])


async def test_what_names_a_lost_input(rig: Rig) -> None:
    lose_inputs(rig)
    findings = await rig.audit()
    assert "is no input" in " ".join(
        each.sentence for each in findings.violations if each.law == "accounting"
    )


async def test_dead_letters_of_other_workers(rig: Rig) -> None:
    spot = dead_letter(rig)
    headers = (*spot.record.headers[:-1], ("omnistate-origin", b"capacity-changes/0/0"))
    rig.log.append(DEAD_LETTERS, None, b"", headers, 0)
    assert (await rig.audit()).ok


async def test_a_refusal_of_an_input_that_is_still_to_come(rig: Rig) -> None:
    """It agrees in itself, but its partition has not come so far."""

    def change(event: Event) -> None:
        event["data"]["input"].update(offset=10**6)
        named = event["data"]["input"]
        event["id"] = f"{named['topic']}-{named['partition']}-{named['offset']}"

    place = find(rig, REJECTED_INPUTS, anything).alter(change)
    assert place in places(await rig.audit(), "accounting")


def test_what_may_be_recorded_is_what_the_hand_written_cells_record() -> None:
    variants = {variant for (_, _, variant), outcome in CELLS.items() if outcome == "recorded"}
    # In none of their scenes does anybody consult, hold a caller or write up after a transfer.
    others = {"consult.ended", "representative.unhold", "conversation.wrapped_up"}
    assert {variant.partition(":")[0] for variant in variants} == RECORDABLE - others
