"""Totals beside workers: half-way positions, later configurations, and everybody at work."""

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.audit.scope import SETTLING_MS
from omnistate.core.representative.totals import decode_totals
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY

from tests.audit.audit_rig import TOTALS, Rig
from tests.audit.beside import empty_rig, see_in_order
from tests.audit.downstream_rig import add_up, totals_task
from tests.audit.tampering import last_of, places, rows


@pytest.mark.parametrize("batches", [0, 1, 3])
async def test_half_way_is_no_violation(morning: Rig, batches: int) -> None:
    rig = morning.clone()
    await add_up(rig, 20, batches)
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]
    assert "totals" not in findings.unchecked
    # Nor is anything overlooked there.
    if batches:
        picture = last_of(rig, REPRESENTATIVE_CAPACITY, lambda data: data["occupied_units"])
        place = picture.alter(lambda event: event["data"].update(occupied_units=999))
        assert place in places(await rig.audit(), "totals")


async def test_what_was_not_taken_yet_may_not_be_counted(morning: Rig) -> None:
    rig = morning.clone()
    await add_up(rig, 20, 1)
    whole = morning.clone()
    await add_up(whole)
    later = rows(whole, TOTALS)
    place, row = next(
        (place, spot)
        for place, spot in rows(rig, TOTALS).items()
        if decode_totals(spot.bytes).shares != decode_totals(later[place].bytes).shares
    )
    row.put(value=later[place].bytes)
    said = {each.sentence for each in (await rig.audit()).violations if each.law == "totals"}
    assert any(sentence.endswith("is counted, but was not taken yet") for sentence in said)


async def test_nobody_has_added_up_yet(morning: Rig) -> None:
    assert (await morning.clone().audit()).unchecked[
        "totals"
    ] == "no representative worker has run yet"


async def test_limits_are_those_of_today_once_everybody_was_told(morning: Rig) -> None:
    rig = morning.clone()
    await add_up(rig, 50)
    people = rig.configuration["representatives"]
    later = {**rig.configuration, "representatives": {id_: {"units": 7} for id_ in people}}
    rig.now_ms += 1_000
    rig.configure(later)
    # The worker has not been told yet, nor need it have been.
    assert not places(await rig.audit(), "totals")
    rig.now_ms += SETTLING_MS + 1_000
    await add_up(rig)
    findings = await rig.audit()
    assert not places(findings, "totals")
    assert findings.counts["limits"] >= len(people)
    place = last_of(rig, REPRESENTATIVE_CAPACITY, lambda data: data["units"] == 7).alter(
        lambda event: event["data"].update(units=8, available_units=8)
    )
    assert place in places(await rig.audit(), "totals")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), chance=st.integers(0, 2**31))
async def test_beside_workers_at_work(seed: int, chance: int) -> None:
    """Engine and representative worker commit whenever the audit lets them."""
    dice = random.Random(chance)
    rig, records = empty_rig(seed)

    async def work() -> None:
        await rig.take_over()
        totals = [totals_task(rig, number) for number in range(2)]
        for task in totals:
            await task.start()
        for record in records:
            rig.now_ms = max(rig.now_ms, record.timestamp_ms)
            rig.log.append(record.topic, record.key, record.value, record.headers)
            await dice.choice(rig.tasks).run_batch(dice.choice((1, 4)))
            if dice.random() < 0.6:
                number = dice.randrange(2)
                if dice.random() < 0.1:
                    totals[number] = totals_task(rig, number)
                    await totals[number].start()
                await totals[number].run_batch(dice.choice((1, 4)))
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)

    await see_in_order(rig, work())
