"""What a replay says of a difference, and differences of which several laws speak."""

from collections import defaultdict
from typing import Any, Final

from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    DEAD_LETTERS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import CONVERSATIONS, COUNTERS, POSITIONS, Rig
from tests.audit.tampering import Place, Spot, check, find, input_of, places, set_data, spots, third

ANSWERS: Final = (STATE_CHANGES, REJECTED_INPUTS)


def lose_all_of_one(rig: Rig) -> Place:
    """Everything that was published of a representative."""
    lost = spots(rig, CAPACITY_CHANGES)[0]
    for spot in reversed(spots(rig, CAPACITY_CHANGES)):
        if spot.record.key == lost.record.key:
            spot.drop()
    return CAPACITY_CHANGES, lost.partition, 0


async def test_a_dead_letter_that_nobody_wrote(rig: Rig) -> None:
    """Of an input that was recorded, so that it is accounted for all the same."""
    named = {input_of(spot) for topic in ANSWERS for spot in spots(rig, topic)}
    spot = next(
        spot
        for spot in spots(rig, "channel-events")
        if spot.place not in named and b"customer.messaged" in spot.bytes
    )
    letter = spots(rig, DEAD_LETTERS)[0].record
    origin = "/".join(map(str, spot.place)).encode()
    headers = (*letter.headers[:-1], ("omnistate-origin", origin))
    entry = rig.log.append(DEAD_LETTERS, None, spot.bytes, headers, 1)
    findings = await rig.audit()
    (violation,) = findings.violations
    assert violation[:4] == ("replay", DEAD_LETTERS, 1, entry.record.offset)


async def test_a_dead_letter_that_is_gone(rig: Rig) -> None:
    spots(rig, DEAD_LETTERS)[0].drop()
    assert (await rig.audit()).found["replay"] == 1


async def test_at_the_very_instant_of_the_clock(rig: Rig) -> None:
    """A timer's change, whose time is the clock's, may be of a later batch: at rest it is not."""
    await fire_next(rig)
    assert (await rig.audit()).ok
    last = last_by_timer(rig)
    place = last.repeat()
    assert place in places(await rig.audit(), "replay")


async def test_a_row_that_lags_at_that_instant(rig: Rig) -> None:
    await fire_next(rig)
    last = last_by_timer(rig)
    row = [spot for spot in spots(rig, CONVERSATIONS) if spot.record.key == last.record.key][-1]
    row.drop()
    assert last.place in places(await rig.audit(), "tables")


def last_by_timer(rig: Rig) -> Spot:
    return max(
        (spot for spot in spots(rig, STATE_CHANGES) if "input" not in spot.event["data"]),
        key=lambda spot: rig.entries(STATE_CHANGES, spot.partition)[spot.index].position,
    )


async def fire_next(rig: Rig) -> None:
    """Let the wall clock fire the next timer of each partition."""
    await rig.take_over()
    for task in rig.tasks:
        assert task.processor.due_ms is not None
        await task.fire_timers(task.processor.due_ms + 3_600_000)


async def test_what_is_no_text_at_all(rig: Rig) -> None:
    """Bytes that are not UTF-8: in an output, a position and an input."""
    change = find(rig, STATE_CHANGES, third)
    change.put(value=change.bytes.replace(b'"id"', b'"\xff"'))
    position = spots(rig, POSITIONS)[5]
    position.put(value=b'{"\xff": 1}')
    spot = spots(rig, "agent-actions")[3]
    spot.put(value=b'{"\xff": 1}')
    findings = await rig.audit()
    assert change.place in places(findings, "sequence") & places(findings, "replay")
    assert position.place in places(findings, "offsets")
    assert spot.place in places(findings, "replay") | places(findings, "accounting")


async def test_headers_and_key_are_named(rig: Rig) -> None:
    find(rig, STATE_CHANGES, third).put(key=b"other", headers=(("x", b"y"),))
    (violation,) = [each for each in (await rig.audit()).violations if each.law == "replay"]
    assert violation.sentence.endswith("differs in key, headers")


async def test_everything_of_a_representative_lost(rig: Rig) -> None:
    findings = await check(rig, ("replay", lose_all_of_one))
    assert findings.found["tables"]


async def test_a_difference_is_said_without_values(rig: Rig) -> None:
    spot = find(rig, STATE_CHANGES, third)
    spot.alter(set_data(rule="secret", reason="overflow"))
    (violation,) = (await rig.audit()).violations
    assert violation.sentence.startswith("the replay gives conversation.state_changed (sequence 3")
    assert violation.sentence.endswith("differs in data.rule, data.reason")
    for word in ("secret", "overflow", spot.event["subject"]):
        assert word not in violation.sentence


async def test_two_changes_of_one_instant_swapped() -> None:
    """No other law looks at the order between conversations."""
    rig = Rig({"workstreams": {"chat": {"channel": "live_chat"}}}, 1_000, partitions=1)
    for subject in ("a", "b"):
        data = {"channel": "live_chat", "workstream_id": "chat"}
        rig.send(rig.event("conversation.started", subject, subject, **data))
    await rig.run()
    assert (await rig.audit()).ok
    one, other = spots(rig, STATE_CHANGES)
    one.swap(other)
    (violation,) = (await rig.audit()).violations
    assert (violation.law, *violation[1:4]) == ("replay", *one.place)
    assert violation.sentence.endswith("something else lies here")


async def test_a_batch_that_a_zombie_committed_again(morning: Rig) -> None:
    """Everything that one transaction wrote, once more: outputs, rows and position."""
    rig = morning.clone()
    batch = [
        spot
        for topic in (STATE_CHANGES, CAPACITY_CHANGES, CONVERSATIONS, COUNTERS, POSITIONS)
        for spot in transaction_of(rig, topic)
    ]
    doubled: dict[str, set[Place]] = defaultdict(set)
    for spot in batch:
        doubled[spot.topic].add(spot.repeat())
    findings = await rig.audit()
    # Of several changes of one conversation the first says it.
    assert doubled[STATE_CHANGES] & places(findings, "sequence")
    assert doubled[STATE_CHANGES] & places(findings, "accounting")
    assert doubled[STATE_CHANGES] & places(findings, "replay")
    assert doubled[CAPACITY_CHANGES] & places(findings, "holds")
    assert doubled[POSITIONS] & places(findings, "offsets")
    assert doubled[CONVERSATIONS] & (places(findings, "tables") | places(findings, "replay"))


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
