"""The read model while projection workers are at it, or behind; and what Redis may go through."""

import random
from typing import Any

import pytest
from omnistate.audit.auditor import audit
from omnistate.audit.findings import Findings
from omnistate.audit.source import MemoryReader
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY, STATE_CHANGES

from tests.audit.audit_rig import TOPOLOGY, Rig
from tests.audit.downstream_rig import TwinModel, add_up, half_way, keys_of, look, started

GHOST = "omnistate:conversation:ghost"


@pytest.mark.parametrize("most", [1, 20, 60])
async def test_half_way_is_no_violation(morning: Rig, most: int) -> None:
    model = await half_way(morning.clone(), most)
    findings = await look(model)
    assert findings.ok, findings.violations[:5]
    assert findings.counts["keys"] > 2
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


async def test_what_retention_has_taken_may_still_be_there(
    model: TwinModel, monkeypatch: Any
) -> None:
    rig = model.rig
    cut = {}
    for number in range(rig.sizes[STATE_CHANGES]):
        entries = rig.entries(STATE_CHANGES, number)
        # Of one partition nearly all, so that there are open ones that nothing is left of.
        del entries[: len(entries) // 2 if number else len(entries) - 1]
        cut[number] = entries[0].record.offset

    async def beginnings(self: MemoryReader, topic: str) -> list[int]:
        size = await self.partitions(topic)
        return [cut[number] if topic == STATE_CHANGES else 0 for number in range(size)]

    monkeypatch.setattr(MemoryReader, "beginnings", beginnings)
    assert not keys_of(await look(model))
    counts = model.store.keys["omnistate:counts"]
    counts.update(dict.fromkeys(counts, "0"))
    assert keys_of(await look(model)) == {"omnistate:counts"}


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
