"""Random days: in order whatever happened to the engine; never in order once tampered with."""

import random

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.ports import Fenced
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    DEAD_LETTERS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.audit.audit_rig import random_rig
from tests.audit.beside import empty_rig
from tests.audit.tampering import spots
from tests.stream.faulty_log import Fault, FaultyLog, Moment

SEEDS = st.integers(0, 2**31)
OUTPUTS = (STATE_CHANGES, CAPACITY_CHANGES, RECORDED_INPUTS, REJECTED_INPUTS, DEAD_LETTERS)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, partitions=st.integers(1, 4))
async def test_a_day_is_in_order(seed: int, partitions: int) -> None:
    findings = await (await random_rig(seed, partitions)).audit()
    assert findings.ok, findings.violations[:5]
    assert not findings.notes
    counts = findings.counts
    outcomes = ("changed", "recorded", "refused", "dead letters", "waiting")
    assert counts["inputs"] == counts["replayed"] == sum(counts[name] for name in outcomes)
    capacity = ("holds", "releases", "declined")
    outputs = ("changes", "refusals", "recordings", "reminders", "dead letters")
    assert counts["compared"] == sum(counts[name] for name in capacity + outputs)
    assert counts["holds"] == counts["releases"] + counts["still held"]


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, chance=SEEDS)
async def test_crashes_and_zombies_leave_it_in_order(seed: int, chance: int) -> None:
    """The log fails at every turn, before or after it has done something, or another one comes."""
    dice = random.Random(chance)
    rig, records = empty_rig(seed)

    async def step() -> None:
        number = dice.randrange(2)
        moment = dice.choice(list(Moment))
        log = FaultyLog(rig.owner(number), dice.randrange(12), moment, rig.owner(number).fence)
        task = rig.task(number, log)
        try:
            await task.start()
            for _ in range(3):
                await task.run_batch(dice.choice((1, 5, 2_000)))
            await task.fire_timers(rig.now_ms)
        except (Fault, Fenced, UnknownOutcome):
            return

    for record in records:
        rig.now_ms = max(rig.now_ms, record.timestamp_ms)
        rig.log.append(record.topic, record.key, record.value, record.headers)
        if dice.random() < 0.4:
            await step()
    await rig.run()
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]
    assert not findings.notes


TAMPERINGS = ("drop", "double", "flip", "key", "header", "move", "swap")


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, chance=SEEDS, how=st.sampled_from(TAMPERINGS))
async def test_one_output_tampered_with_is_found(seed: int, chance: int, how: str) -> None:
    dice = random.Random(chance)
    rig = await random_rig(seed)
    found = [spot for topic in OUTPUTS for spot in spots(rig, topic)]
    assume(found)
    spot = dice.choice(found)
    record = spot.record
    match how:
        case "drop":
            spot.drop()
        case "double":
            spot.repeat()
        case "flip":
            value = bytearray(spot.bytes)
            assume(value)
            value[dice.randrange(len(value))] ^= 1 << dice.randrange(8)
            spot.put(value=bytes(value))
        case "key":
            spot.put(key=(record.key or b"") + b"x")
        case "header":
            spot.put(headers=((*record.headers, ("x", b"y"))))
        case "move":
            there = (spot.partition + 1) % rig.sizes[spot.topic]
            # A dead letter, and a refusal of what lies astray, may lie anywhere.
            assume(spot.topic in {STATE_CHANGES, CAPACITY_CHANGES, RECORDED_INPUTS})
            spot.drop()
            rig.log.append(spot.topic, record.key, record.value, record.headers, there)
        case "swap":
            # Between representatives there is no order to keep, nor between dead letters.
            others = [
                other
                for other in found
                if other.topic == spot.topic == STATE_CHANGES
                and other.partition == spot.partition
                and other.record.value != record.value
            ]
            assume(others)
            spot.swap(dice.choice(others))
    findings = await rig.audit()
    assert not findings.ok, (how, spot.place)
    assert spot.topic in {violation.topic for violation in findings.violations} | {
        topic for topic in OUTPUTS if how in {"drop", "move"}
    }
