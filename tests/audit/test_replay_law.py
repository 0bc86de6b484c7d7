"""The law of replay finds what no other law looks at; see `tampering`."""

from itertools import pairwise
from typing import Final

import pytest
from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    DEAD_LETTERS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import CONVERSATIONS, POSITIONS, Rig
from tests.audit.tampering import (
    Case,
    Event,
    Place,
    alter_counter,
    alter_row,
    altered,
    anything,
    by_input,
    check,
    find,
    input_of,
    set_data,
    set_event,
    spots,
    third,
)

ANSWERS: Final = (STATE_CHANGES, REJECTED_INPUTS)


def later(event: Event) -> None:
    event["data"]["next_timer"] = {"name": "auto_close", "at": "2030-01-01T00:00:00.000Z"}


def another_actor(event: Event) -> None:
    event["data"]["cause"]["actor_id"] = "somebody else"


def spoil_dead_letter(rig: Rig) -> Place:
    spot = spots(rig, DEAD_LETTERS)[0]
    return spot.put(value=(spot.record.value or b"") + b" ")


def forget_input(row: Conversation) -> bool:
    row.fingerprints = row.fingerprints[:-8]
    return row.stage != "closed"


def sleep_longer(row: Conversation) -> bool:
    for name in row.deadlines:
        row.deadlines[name] += 1
    return bool(row.deadlines)


def reorder(counter: Counter) -> bool:
    counter.profiles["nothing"] = 0
    return True


def lose_recorded(rig: Rig) -> Place:
    """An input that was recorded is gone: the row shows it, in the list of its last inputs."""
    named = {input_of(spot) for topic in ANSWERS for spot in spots(rig, topic)}
    lost = next(
        spot
        for spot in reversed(spots(rig, "channel-events"))
        if spot.place not in named
        and b"customer.messaged" in spot.bytes
        and spot.index + 1 < len(rig.entries(spot.topic, spot.partition))
    )
    lost.drop()
    return next(
        spot.place
        for spot in reversed(spots(rig, CONVERSATIONS))
        if spot.record.key == lost.record.key
    )


def move_clock(rig: Rig) -> Place:
    """A position whose clock runs ahead, though not of the one after it."""
    found = [spot for spot in spots(rig, POSITIONS) if spot.partition == 0]
    for one, following in pairwise(found):
        ahead_ms = (one.event["clock_ms"] or 0) + 1
        if 1 < ahead_ms < following.event["clock_ms"]:
            return one.put(value=b'{"clock_ms":%d,' % ahead_ms + one.bytes.partition(b",")[2])
    raise AssertionError("no such position")


REPLAY: Final[dict[str, Case]] = {
    **{
        f"a change's {name}": altered("replay", STATE_CHANGES, third, set_data(**{name: value}))
        for name, value in {
            "rule": "Q9",
            "state": "resolved",
            "internal": True,
            "reason": "overflow",
            "abandoned": True,
            "skipped_representative_ids": ["nobody"],
            "handler": {"kind": "bot", "id": None},
        }.items()
    },
    "a change's timer": altered("replay", STATE_CHANGES, third, later),
    "a change's actor": altered("replay", STATE_CHANGES, by_input, another_actor),
    "a change's trace": altered("replay", STATE_CHANGES, third, set_event(traceparent="00-a")),
    "a change's headers": (
        "replay",
        lambda rig: find(rig, STATE_CHANGES, third).put(headers=(("content-type", b"text"),)),
    ),
    "a byte of a change": (
        "replay",
        lambda rig: find(rig, STATE_CHANGES, third).put(
            value=find(rig, STATE_CHANGES, third).bytes + b" "
        ),
    ),
    "a refusal's message": altered("replay", REJECTED_INPUTS, anything, set_data(message="No.")),
    "a refusal's status": altered("replay", REJECTED_INPUTS, anything, set_data(status="closed")),
    "a refusal's sequence": altered("replay", REJECTED_INPUTS, anything, set_data(sequence=99)),
    "a hold's rule": altered("replay", CAPACITY_CHANGES, anything, set_data(rule="Q9")),
    "a hold's actor": altered("replay", CAPACITY_CHANGES, anything, another_actor),
    "a hold's time": altered(
        "replay", CAPACITY_CHANGES, anything, set_event(time="2026-03-02T06:00:00.000Z")
    ),
    "a dead letter's value": ("replay", spoil_dead_letter),
    "a row's last inputs": ("replay", lambda rig: alter_row(rig, forget_input)),
    "a row's deadlines": ("replay", lambda rig: alter_row(rig, sleep_longer)),
    "a counter's bytes": ("replay", lambda rig: alter_counter(rig, reorder)),
    "a recorded input lost": ("replay", lose_recorded),
    "a clock": ("replay", move_clock),
}


@pytest.mark.parametrize("name", REPLAY)
async def test_replay(rig: Rig, name: str) -> None:
    findings = await check(rig, REPLAY[name])
    assert set(findings.found) == {"replay"}, findings.violations
