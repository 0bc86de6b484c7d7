"""Owners through rebalances, zombies and failures: what is published is as if nothing had been."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from omnistate.stream import partition_owner as owner_module
from omnistate.stream.partition_owner import PartitionOwner
from omnistate.stream.ports import Outgoing, Record

from tests.harness.records import day_records
from tests.stream.faulty_log import INPUTS, OUTPUTS, World
from tests.stream.group_rig import GroupRig
from tests.stream.runs import live, restored


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_module, "BACKOFF_S", (0.001,))
    monkeypatch.setattr(owner_module, "FENCED_BACKOFF_S", 0.002)


async def comes_true(ask: Callable[[], Awaitable[bool]]) -> None:
    while not await ask():
        await asyncio.sleep(0.001)


async def begin_day() -> tuple[GroupRig, World, list[Record], dict[str, list[Outgoing]]]:
    """A worker that has taken the first records of a day; the rest of them, and all outputs."""
    records, directory = day_records(0)
    world = World(records[:20])
    crew = GroupRig(world.log, directory, 1)
    crew.assign({0})
    await comes_true(crew.caught_up)
    return crew, world, records[20:], (await live(World(records), directory))[0]


@pytest.mark.parametrize("seed", range(8))
async def test_a_group_in_turmoil_publishes_what_a_calm_one_does(seed: int) -> None:
    """One partition handed to and fro between three workers, with faults and zombies."""
    dice = random.Random(seed)
    records, directory = day_records(seed)
    world = World()
    crews = [GroupRig(world.log, directory, 1) for _ in range(3)]
    holder = crews[0]
    holder.assign({0})
    for record in records:
        world.append([record])
        if dice.random() < 0.15:
            heir = dice.choice(crews)
            zombie = dice.random() < 0.4 and heir is not holder and 0 in holder.logs
            if zombie:
                # It hears nothing of the rebalance, in the middle of a commit.
                holder.logs[0].frozen.clear()
            else:
                await holder.owners.revoke()
            heir.assign({0})
            if zombie:
                await asyncio.sleep(0.002)
                holder.logs[0].frozen.set()
                await asyncio.sleep(0.002)
            if heir is not holder:
                holder.assign(())
            holder = heir
        if dice.random() < 0.1 and 0 in holder.logs:
            holder.unavailable(0)
        await asyncio.sleep(0)
    await comes_true(holder.caught_up)
    for crew in crews:
        await crew.owners.stop()
        assert not crew.owners.failure.done()
    calm = World(records)
    expected = await live(calm, directory)
    assert (world.outputs(), await restored(world, directory)) == expected
    told = [what for crew in crews for what, _ in crew.notes.told]
    assert told.count("assigned") >= 2
    assert told.count("assigned") == told.count("revoked")


async def test_who_keeps_a_partition_keeps_its_tables() -> None:
    crew, world, rest, expected = await begin_day()
    (owner,) = crew.owners
    task = owner.task
    await crew.owners.revoke()
    assert not crew.owners.joined
    before = world.outputs()
    world.append(rest)
    await asyncio.sleep(0.02)
    assert world.outputs() == before, "worked while the group was being rebalanced"
    crew.assign({0})
    await comes_true(crew.caught_up)
    assert next(iter(crew.owners)).task is task
    await crew.owners.stop()
    assert [what for what, _ in crew.notes.told].count("started") == 1
    assert world.outputs() == expected


async def test_a_quick_rebalance_ends_a_read_that_began_before_it() -> None:
    """Chaos found it: taken away and given back at once, a partition waited for ever."""
    crew, world, rest, expected = await begin_day()
    crew.logs[0].blind = True
    await asyncio.sleep(0.01)
    await crew.owners.revoke()
    crew.assign({0})
    world.append(rest)
    await comes_true(crew.caught_up)
    await crew.owners.stop()
    assert world.outputs() == expected


@pytest.mark.parametrize("step", ["fence", "restore", "committed", "seek", "begin", "send"])
async def test_a_quick_rebalance_at_any_step_of_a_takeover(step: str) -> None:
    """Chaos found it: one that came behind the seek left a partition that ran and read nothing."""
    records, directory = day_records(0)
    world = World(records[:20])
    crew = GroupRig(world.log, directory, 1)
    crew.assign({0})
    log = crew.logs[0]
    log.hold_at = step
    await log.held.wait()
    await crew.owners.revoke()
    crew.assign({0})
    log.frozen.set()
    world.append(records[20:])
    await comes_true(crew.caught_up)
    await crew.owners.stop()
    assert world.outputs() == (await live(World(records), directory))[0]


async def test_a_client_that_hands_out_nothing_is_started_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the reason: there is something to read, and none of it comes."""
    monkeypatch.setattr(owner_module, "STARVED_S", 0.05)
    crew, world, rest, expected = await begin_day()
    crew.logs[0].placed = False
    world.append(rest)
    await comes_true(crew.caught_up)
    await crew.owners.stop()
    assert [what for what, _ in crew.notes.told].count("started") >= 2
    assert world.outputs() == expected


async def test_who_is_told_to_end_while_waiting_fences_nobody() -> None:
    records, directory = day_records(0)
    world = World(records)
    crew, heir = GroupRig(world.log, directory, 1), GroupRig(world.log, directory, 1)
    crew.assign({0})
    (owner,) = crew.owners
    await owner.pause()
    heir.assign({0})
    await comes_true(heir.caught_up)
    crew.assign(())
    await crew.owners.stop()
    await heir.owners.stop()
    assert ("fenced", 0) not in heir.notes.told
    assert ("started", 0) not in crew.notes.told


async def test_a_batch_that_hangs_holds_up_neither_a_rebalance_nor_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("omnistate.stream.partition_owners.PAUSE_S", 0.05)
    monkeypatch.setattr("omnistate.stream.partition_owners.STOP_S", 0.05)
    records, directory = day_records(0)
    world = World(records)
    crew, heir = GroupRig(world.log, directory, 1), GroupRig(world.log, directory, 1)
    crew.assign({0})
    crew.logs[0].frozen.clear()
    await asyncio.sleep(0.01)
    await crew.owners.revoke()
    crew.assign(())
    heir.assign({0})
    await comes_true(heir.caught_up)
    await crew.owners.stop()
    await heir.owners.stop()
    assert world.outputs() == (await live(World(records), directory))[0]


@pytest.mark.parametrize("early", [True, False])
async def test_timers_fire_by_the_brokers_clock_once_everything_is_read(early: bool) -> None:
    records, directory = day_records(2)
    world = World(records)
    crew = GroupRig(world.log, directory, 1)
    crew.assign({0})
    await comes_true(crew.caught_up)
    (owner,) = crew.owners
    due_ms = owner.task.processor.due_ms
    assert due_ms is not None
    before = world.outputs()
    crew.clock.observe(due_ms + (0 if early else 1_000))

    async def has_fired() -> bool:
        return world.outputs() != before or owner.task.processor.due_ms != due_ms

    if early:
        await asyncio.sleep(0.05)
        assert not await has_fired()
    else:
        await comes_true(has_fired)
    await crew.owners.stop()


async def test_lag_counts_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    records, directory = day_records(0)
    world = World(records)
    crew = GroupRig(world.log, directory, 1)
    crew.assign({0})
    crew.logs[0].frozen.clear()
    (owner,) = crew.owners
    assert isinstance(owner, PartitionOwner)

    async def lags() -> bool:
        return sum(owner.lag(topic)[0] for topic in INPUTS) == len(records)

    await comes_true(lags)
    crew.logs[0].frozen.set()
    await comes_true(crew.caught_up)
    assert [owner.lag(topic) for topic in INPUTS] == [(0, 0.0), (0, 0.0)]
    await crew.owners.stop()
    assert any(world.outputs()[topic] for topic in OUTPUTS)
