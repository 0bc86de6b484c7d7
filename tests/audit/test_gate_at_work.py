"""Gate and engine together, with crashes anywhere: nothing is given twice, and nothing leaks."""

import json
import random
from collections import Counter
from typing import Any

import pytest
from omnistate.core.representative.totals import decode_totals
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    CAPACITY_CHANGES,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
)

from tests.audit.audit_rig import TOTALS, Rig
from tests.audit.gated_centre import CENTRE, GUARDED, GatedCentre

RUNS = 20
ACTS = 220


async def played(seed: int) -> GatedCentre:
    """A run to its end, after which nothing is held but what lasts until the end of a day."""
    centre = GatedCentre(random.Random(seed))
    await centre.settle()
    for _ in range(ACTS):
        await centre.step()
    await centre.close_all()
    return centre


@pytest.mark.parametrize("number", range(RUNS))
async def test_every_grant_is_held_or_declined_once(number: int) -> None:
    seed = random.randrange(2**32)
    centre = await played(seed)
    where = f"seed {seed} of run {number}"
    findings = await centre.audit()
    assert findings.violations == [], where
    granted = centre.reservations(AGENT_ACTIONS, "router.assign")
    held = centre.reservations(CAPACITY_CHANGES, "capacity.held")
    declined = centre.reservations(CAPACITY_CHANGES, "capacity.declined")
    assert findings.counts["grants"] == len(granted) > 5, where
    assert min(len(held), len(declined)) > 0, where
    assert Counter(held) + Counter(declined) == Counter(granted), where
    for row in last_rows(centre):
        assert decode_totals(row).grants == [], where
    for picture in pictures(centre, GUARDED):
        taken = picture["occupied_units"] + picture["granted_units"]
        assert taken <= CENTRE["representatives"][GUARDED]["units"], (where, picture)


def last_rows(centre: Rig) -> list[bytes]:
    found: dict[bytes | None, bytes] = {}
    for number in range(centre.sizes[TOTALS]):
        for record in centre.log.read(TOTALS, number, 0):
            found[record.key] = record.value or b""
    return list(found.values())


def pictures(centre: Rig, who: str) -> list[dict[str, Any]]:
    found = []
    for number in range(centre.sizes[REPRESENTATIVE_CAPACITY]):
        for record in centre.log.read(REPRESENTATIVE_CAPACITY, number, 0):
            data = json.loads(record.value or b"")["data"]
            if data["representative_id"] == who:
                found.append(data)
    return found


async def story() -> GatedCentre:
    """One chat, whose workstream wants the gate, and nobody who falls."""
    centre = GatedCentre(random.Random(1), errors=0)
    await centre.settle()
    centre.say("conversation.started", "chat-1", channel="live_chat", workstream_id="gated")
    await centre.settle()
    return centre


def ask(centre: GatedCentre, units: int, **data: Any) -> str:
    """Ask the gate for dora; the request's id."""
    event = centre.tell(
        "assignment-requests",
        "assignment.requested",
        GUARDED,
        conversation_id="chat-1",
        units=units,
        **data,
    )
    id_: str = event["id"]
    return id_


async def test_what_the_engine_declines_the_gate_gives_again() -> None:
    centre = await story()
    # Granted for less than it costs: the gate cannot know, the engine does.
    ask(centre, 5)
    await centre.settle()
    codes = [each["code"] for each in said(centre, REJECTED_INPUTS, "input.rejected")]
    assert codes == ["not_reserved"]
    (declined,) = said(centre, CAPACITY_CHANGES, "capacity.declined")
    assert (declined["code"], declined["representative_id"]) == ("not_reserved", GUARDED)
    shown = [
        (each["granted_units"], len(each.get("grants", []))) for each in pictures(centre, GUARDED)
    ]
    assert shown == [(0, 0), (5, 1), (0, 0)]
    wanted = ask(centre, 40)
    await centre.settle()
    (held,) = said(centre, CAPACITY_CHANGES, "capacity.held")
    assert (held["rule"], held["forced"], held["reservation"]["id"]) == ("O1", False, wanted)
    last = pictures(centre, GUARDED)[-1]
    assert (last["occupied_units"], last["granted_units"]) == (40, 0)
    # An old picture: the conversation has moved on since.
    ask(centre, 40, expected_sequence=1)
    await centre.settle()
    assert [each["code"] for each in said(centre, CAPACITY_CHANGES, "capacity.declined")][1:] == [
        "superseded"
    ]
    assert pictures(centre, GUARDED)[-1]["granted_units"] == 0


async def test_nobody_assigns_past_the_gate_where_it_is_wanted() -> None:
    centre = await story()
    centre.say("router.assign", "chat-1", representative_id=GUARDED)
    await centre.settle()
    (refused,) = said(centre, REJECTED_INPUTS, "input.rejected")
    assert refused["code"] == "not_reserved"
    assert said(centre, CAPACITY_CHANGES, "capacity.held") == []


def said(centre: Rig, topic: str, type_: str) -> list[dict[str, Any]]:
    found = []
    for number in range(centre.sizes[topic]):
        for record in centre.log.read(topic, number, 0):
            event = json.loads(record.value or b"")
            if event["type"] == type_:
                found.append(event["data"])
    return found


@pytest.mark.parametrize("rule", ["O1", "A13", "A1"])
async def test_what_went_past_the_gate_is_named(rule: str) -> None:
    centre = await story()
    workstream = {"O1": "gated", "A13": "rung", "A1": "late"}[rule]
    centre.say("conversation.started", "chat-2", channel="live_chat", workstream_id=workstream)
    cost: dict[str, dict[str, Any]] = {
        "O1": {"units": 40},
        "A1": {"units": 30},
        "A13": {"units": 30, "profiles": ["chat"]},
    }
    asked = {"conversation_id": "chat-2", **cost[rule]}
    await centre.settle()
    for who in ("ana", GUARDED)[rule != "A13" :]:
        centre.tell("assignment-requests", "assignment.requested", who, **asked)
        await centre.settle()
    if rule == "A1":
        centre.say("representative.accept", "chat-2", representative_id=GUARDED)
        await centre.settle()
    assert (await centre.audit()).violations == []
    place = alter_hold(centre, rule)
    findings = await centre.audit()
    named = [
        (each.topic, each.partition, each.offset)
        for each in findings.violations
        if each.law == "gate" and "without a grant" in each.sentence
    ]
    assert named == [place]


def alter_hold(centre: GatedCentre, rule: str) -> tuple[str, int, int]:
    for number in range(centre.sizes[CAPACITY_CHANGES]):
        for entry in centre.log.stable(CAPACITY_CHANGES, number, 0):
            event = json.loads(entry.record.value or b"")
            if event["data"].get("rule") == rule:
                del event["data"]["reservation"]
                entry.record = entry.record._replace(value=json.dumps(event).encode())
                return CAPACITY_CHANGES, number, entry.record.offset
    raise AssertionError(rule)


async def test_an_offer_that_holds_nothing_yet_is_not_too_old() -> None:
    centre = await story()
    centre.say("conversation.started", "chat-2", channel="live_chat", workstream_id="late")
    await centre.settle()
    centre.tell(
        "assignment-requests", "assignment.requested", GUARDED, conversation_id="chat-2", units=30
    )
    await centre.settle()
    assert pictures(centre, GUARDED)[-1]["granted_units"] == 30
    centre.now_ms += 90_000
    centre.say("customer.messaged", "chat-1")
    centre.tell("representative-presence", "representative.presence", GUARDED, presence="available")
    await centre.settle()
    assert (await centre.audit()).violations == []
    centre.now_ms += 60_000
    await centre.settle()
    assert pictures(centre, GUARDED)[-1]["granted_units"] == 0
    assert (await centre.audit()).violations == []
