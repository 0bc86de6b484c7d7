"""An audit beside workers at work: it accuses nobody of what was done in the meantime."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.audit import source
from omnistate.audit.auditor import audit
from omnistate.audit.findings import Findings
from omnistate.audit.source import MemoryReader
from omnistate.stream.ports import LogUnavailable
from omnistate_schemas.vocabulary import STATE_CHANGES

from tests.audit.audit_rig import TOPOLOGY, Rig, demo_rig
from tests.audit.beside import empty_rig, see_in_order
from tests.audit.tampering import find, places, third

SEEDS = st.integers(0, 2**31)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, chance=SEEDS)
async def test_it_may_run_beside_the_engine(seed: int, chance: int) -> None:
    """At each turn of the event loop the engine may commit a batch, fire timers, or move house."""
    dice = random.Random(chance)
    rig, records = empty_rig(seed)

    async def work() -> None:
        await rig.take_over()
        for record in records:
            rig.now_ms = max(rig.now_ms, record.timestamp_ms)
            rig.log.append(record.topic, record.key, record.value, record.headers)
            task = dice.choice(rig.tasks)
            await task.run_batch(dice.choice((1, 4)))
            if dice.random() < 0.2 and not (await task.run_batch()).records:
                await task.fire_timers(rig.now_ms)
            if dice.random() < 0.1:
                await rig.take_over()
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)
        await rig.drain()

    await see_in_order(rig, work())


async def test_beside_the_engine_it_still_finds_what_was_lost(morning: Rig) -> None:
    """The partitions commit on while it runs; what came before the cut must be there."""
    rig = morning.clone()
    lost = find(rig, STATE_CHANGES, third)
    lost.drop()

    async def scenario() -> Findings:
        await rig.take_over()
        auditing = asyncio.create_task(audit(MemoryReader(rig.log), TOPOLOGY))
        number = 0
        while not auditing.done():
            number += 1
            rig.send(rig.event("customer.messaged", f"nobody-{number}", "x"))
            await rig.drain()
            await asyncio.sleep(0)
        return await auditing

    findings = await scenario()
    following = STATE_CHANGES, lost.partition, lost.record.offset + 1
    assert following in places(findings, "replay")
    assert {violation.law for violation in findings.violations} == {
        "sequence",
        "accounting",
        "replay",
    }


async def test_a_transaction_that_stays_open_is_no_violation(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PATIENCE_TURNS", 3)
    owner = rig.owner(0)
    await owner.fence()
    await owner.begin(None)
    with pytest.raises(LogUnavailable, match="stays open"):
        await audit(MemoryReader(rig.log), TOPOLOGY)


async def test_nothing_at_all() -> None:
    findings = await Rig({}, 0).audit()
    assert findings.ok
    assert not any(findings.counts.values())


async def test_a_day_to_its_end() -> None:
    findings = await (await demo_rig(5, 40)).audit()
    assert findings.ok, findings.violations[:5]
    assert findings.counts["still held"] == 0
