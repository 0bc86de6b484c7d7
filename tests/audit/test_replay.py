"""The law of replay finds what no other law looks at; and a zombie's batch breaks many laws."""

import asyncio
from itertools import pairwise
from typing import Any, Final

import pytest

from schemas.vocabulary import CAPACITY_CHANGES, DEAD_LETTERS, REJECTED_INPUTS, STATE_CHANGES
from tests.audit.rig import CONVERSATIONS, COUNTERS, POSITIONS, Rig
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
    places,
    set_data,
    set_event,
    spots,
    third,
)
from workers.core.context import Counter
from workers.core.conversation import Conversation


def later(event: Event) -> None:
    event["data"]["next_timer"] = {"name": "auto_close", "at": "2030-01-01T00:00:00.000Z"}


def another_actor(event: Event) -> None:
    event["data"]["cause"]["actor_id"] = "somebody else"


def lose_all_of_one(rig: Rig) -> Place:
    """Everything that was published of a representative."""
    lost = spots(rig, CAPACITY_CHANGES)[0]
    for spot in reversed(spots(rig, CAPACITY_CHANGES)):
        if spot.record.key == lost.record.key:
            spot.drop()
    return CAPACITY_CHANGES, lost.partition, 0


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
    named = {
        tuple(spot.event["data"]["input"].values())
        for topic in (STATE_CHANGES, REJECTED_INPUTS)
        for spot in spots(rig, topic)
        if spot.event["data"]["input"]
    }
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
            "rule": "Z9",
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
    "a hold's rule": altered("replay", CAPACITY_CHANGES, anything, set_data(rule="Z9")),
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
def test_replay(rig: Rig, name: str) -> None:
    findings = check(rig, REPLAY[name])
    assert set(findings.found) == {"replay"}, findings.violations


def test_what_is_no_text_at_all(rig: Rig) -> None:
    """Bytes that are not UTF-8: in an output, a position and an input."""
    change = find(rig, STATE_CHANGES, third)
    change.put(value=change.bytes.replace(b'"id"', b'"\xff"'))
    position = spots(rig, POSITIONS)[5]
    position.put(value=b'{"\xff": 1}')
    spot = spots(rig, "agent-actions")[3]
    spot.put(value=b'{"\xff": 1}')
    findings = rig.audit()
    assert change.place in places(findings, "sequence") & places(findings, "replay")
    assert position.place in places(findings, "offsets")
    assert spot.place in places(findings, "replay") | places(findings, "accounting")


def test_headers_and_key_are_named(rig: Rig) -> None:
    find(rig, STATE_CHANGES, third).put(key=b"other", headers=(("x", b"y"),))
    (violation,) = [each for each in rig.audit().violations if each.law == "replay"]
    assert violation.sentence.endswith("differs in key, headers")


def test_everything_of_a_representative_lost(rig: Rig) -> None:
    findings = check(rig, ("replay", lose_all_of_one))
    assert findings.found["tables"]


def test_a_difference_is_said_without_values(rig: Rig) -> None:
    spot = find(rig, STATE_CHANGES, third)
    spot.alter(set_data(rule="secret", reason="overflow"))
    (violation,) = rig.audit().violations
    assert violation.sentence.startswith("the replay gives conversation.state_changed (sequence 3")
    assert violation.sentence.endswith("differs in data.rule, data.reason")
    for word in ("secret", "overflow", spot.event["subject"]):
        assert word not in violation.sentence


def test_two_changes_of_one_instant_swapped() -> None:
    """No other law looks at the order between conversations."""
    rig = Rig({"workstreams": {"chat": {"channel": "live_chat"}}}, 1_000, partitions=1)
    for subject in ("a", "b"):
        data = {"channel": "live_chat", "workstream_id": "chat"}
        rig.send(rig.event("conversation.started", subject, subject, **data))
    asyncio.run(rig.run())
    assert rig.audit().ok
    one, other = spots(rig, STATE_CHANGES)
    one.swap(other)
    (violation,) = rig.audit().violations
    assert (violation.law, *violation[1:4]) == ("replay", *one.place)
    assert violation.sentence.endswith("something else lies here")


def test_a_batch_that_a_zombie_committed_again(morning: Rig) -> None:
    """Everything that one transaction wrote, once more: outputs, rows and position."""
    rig = morning.clone()
    batch = [
        spot
        for topic in (STATE_CHANGES, CAPACITY_CHANGES, CONVERSATIONS, COUNTERS, POSITIONS)
        for spot in transaction_of(rig, topic)
    ]
    doubled = {spot.topic: spot.repeat() for spot in batch}
    findings = rig.audit()
    assert doubled[STATE_CHANGES] in places(findings, "sequence")
    assert doubled[STATE_CHANGES] in places(findings, "accounting")
    assert doubled[STATE_CHANGES] in places(findings, "replay")
    assert doubled[CAPACITY_CHANGES] in places(findings, "holds")
    assert doubled[POSITIONS] in places(findings, "offsets")
    assert doubled[CONVERSATIONS] in places(findings, "tables") | places(findings, "replay")


def transaction_of(rig: Rig, topic: str) -> list[Any]:
    """What was written between two positions of partition 1, in whose batch a hold was taken."""
    held = next(
        rig.entries(CAPACITY_CHANGES, spot.partition)[spot.index].position
        for spot in spots(rig, CAPACITY_CHANGES)
        if spot.event["data"]["partition"] == 1 and spot.event["data"]["rule"] == "O1"
    )
    positions = [entry.position for entry in rig.entries(POSITIONS, 1)]
    end = next(position for position in positions if position > held)
    begin = max((position for position in positions if position < held), default=-1)
    return [
        spot
        for spot in spots(rig, topic)
        if begin < rig.entries(topic, spot.partition)[spot.index].position <= end
        and (topic == CAPACITY_CHANGES or spot.partition == 1)
    ]
