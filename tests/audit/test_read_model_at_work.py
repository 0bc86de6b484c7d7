"""The read model while projection workers are at it, or behind; and what Redis may go through."""

import random

import pytest
from omnistate.audit.auditor import audit
from omnistate.audit.findings import Findings
from omnistate.audit.source import MemoryReader
from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from tests.audit.audit_rig import TOPOLOGY, Rig
from tests.audit.downstream_rig import TwinModel, add_up, half_way, keys_of, look, started

GHOST = "omnistate:conversation:ghost"


@pytest.mark.parametrize("most", [1, 20, 60])
async def test_half_way_is_no_violation(morning: Rig, most: int) -> None:
    model = await half_way(morning.clone(), most)
    findings = await look(model)
    assert findings.ok, findings.violations[:5]
    assert findings.counts["keys"] > 2
    # Of what Redis is still to be told compaction may have taken what it knows.
    model.store.keys[GHOST] = {"status": "open"}
    assert not keys_of(await look(model))
    await model.project()
    model.store.keys[GHOST] = {"status": "open"}
    assert keys_of(await look(model)) == {GHOST}


async def test_nothing_in_redis_yet(morning: Rig) -> None:
    findings = await look(TwinModel(morning.clone()))
    assert findings.ok
    assert "no projection worker" in findings.unchecked["read_model"]


async def test_redis_is_emptied_meanwhile(model: TwinModel) -> None:
    left = [9, 10, 8, 7, 6]

    async def empty() -> None:
        model.store.empty()
        await model.project(left.pop())

    async def nothing() -> None:
        return

    model.meanwhile = [nothing, nothing, empty]
    findings = await look(model)
    assert findings.ok, findings.violations[:5]
    assert "read_model" not in findings.unchecked
    model.meanwhile = [nothing, empty] * 3
    left[:] = [1, 2, 3]
    unchecked = (await look(model)).unchecked["read_model"]
    assert unchecked.startswith("Redis was emptied")


async def test_what_retention_takes_of_the_changes_is_nothing_to_the_model(
    model: TwinModel,
) -> None:
    rig = model.rig
    for number in range(rig.sizes[STATE_CHANGES]):
        del rig.entries(STATE_CHANGES, number)[:-1]
    assert not keys_of(await look(model))
    model.store.keys[GHOST] = {"status": "open"}
    counts = model.store.keys["omnistate:counts"]
    counts.update(dict.fromkeys(counts, "0"))
    assert keys_of(await look(model)) == {GHOST, "omnistate:counts"}


async def test_a_redis_of_before_there_were_states_is_left_alone(model: TwinModel) -> None:
    """It is carried over; what it shows meanwhile, the topic of states does not say."""
    stored = model.store.stored
    for place in [each for each in stored if each.topic == CONVERSATION_STATES]:
        del stored[place]
    model.store.keys[GHOST] = {"status": "open"}
    findings = await look(model)
    assert findings.ok, findings.violations[:5]
    assert "of before conversation-states" in findings.unchecked["read_model"]


@pytest.mark.parametrize("topic", [CONVERSATION_STATES, REPRESENTATIVE_CAPACITY])
@pytest.mark.parametrize("most", [1, 20, 10**9])
async def test_compaction_changes_nothing(morning: Rig, most: int, topic: str) -> None:
    model = await half_way(morning.clone(), most)
    model.rig.log.compact(topic)
    findings = await look(model)
    assert not keys_of(findings), findings.violations[:5]
    assert findings.ok


@pytest.mark.parametrize("seed", range(4))
async def test_beside_workers_at_work(morning: Rig, seed: int) -> None:
    """While it is read, conversations start and close, and the projection takes what it likes."""
    dice = random.Random(seed)
    model = await half_way(morning.clone(), 40)
    rig = model.rig
    number = 0

    async def work() -> None:
        nonlocal number
        number += 1
        rig.now_ms += 1_000
        model.store.now_ms = rig.now_ms
        rig.send(rig.event("customer.ended", f"new-{number - 3}", f"e{number}"))
        rig.send(started(rig, f"new-{number}"))
        await rig.drain()
        if dice.random() < 0.5:
            await rig.fire(rig.now_ms)
        await add_up(rig)
        await model.project(dice.choice((1, 5, 50)))

    async def scenario() -> Findings:
        await rig.take_over()
        model.meanwhile = [work] * 30
        return await audit(MemoryReader(rig.log), TOPOLOGY, model)

    findings = await scenario()
    assert findings.ok, findings.violations[:5]
    assert findings.counts["keys under way"] > 0
    # Something that nobody touches is seen all the same.
    model.store.keys[GHOST] = {"status": "open"}
    model.meanwhile = [work] * 30
    model.asked = 0
    await model.project()

    async def again() -> Findings:
        await rig.take_over()
        return await audit(MemoryReader(rig.log), TOPOLOGY, model)

    assert keys_of(await again()) == {GHOST}
    assert model.asked > 2


async def test_what_compaction_has_taken_may_still_be_there(morning: Rig) -> None:
    """A tombstone that Redis was not told of is gone, too."""
    model = await half_way(morning.clone(), 10**9)
    log = model.rig.log
    first, *_, last = [each.record for each in model.rig.entries(REPRESENTATIVE_CAPACITY, 0)]
    assert first.key != last.key
    log.append(REPRESENTATIVE_CAPACITY, first.key, None, (), 0)
    log.append(REPRESENTATIVE_CAPACITY, last.key, last.value, (), 0)
    assert not keys_of(await look(model))
    log.compact(REPRESENTATIVE_CAPACITY)
    assert not keys_of(await look(model))
