"""The partition task over the embedded log, with a fault at every numbered step of its protocol.

Whatever happens, readers of committed records see exactly what they see of an undisturbed run, and
a restart restores the tables that a run in one piece has.
"""

import asyncio
import copy
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.core.directory import Directory
from omnistate.stream.conversation.processor import ConversationProcessor, process_conversations
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.ownership import BATCH_UNDER_WAY, OwnerEvent, Ownership
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Fenced

from tests.harness.records import day_records, plain
from tests.stream.faulty_log import Fault, FaultyLog, Moment, StumblingLog, World
from tests.stream.runs import BATCH, Seen, committed, drain, live, restored

STEPS = ("begin", "send", "write", "offsets", "flush", "commit")
SEEDS = st.integers(0, 2**31)
# Days of at least four batches, with dead letters, timers and holds.
DAYS = (0, 42)


async def end(world: World, directory: Directory, expected: Seen) -> None:
    """After a restart and to the end, topics and tables are as expected."""
    assert await live(world, directory) == expected
    assert await restored(world, directory) == expected[1]
    world.compact()
    assert await restored(world, directory) == expected[1]


@pytest.mark.parametrize("seed", DAYS)
async def test_the_protocol_is_what_its_docstring_says(seed: int) -> None:
    records, directory = day_records(seed)
    world = World(records)
    log = FaultyLog(world.owner(), -1, Moment.BEFORE)
    task = world.task(directory, log)
    await task.start()
    await drain(task)
    assert log.steps == [*STEPS] * (len(log.steps) // len(STEPS))
    assert len(log.steps) >= 4 * len(STEPS)
    await end(world, directory, await live(World(records), directory))


@pytest.mark.parametrize("error", [Fault, asyncio.CancelledError])
@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("batch", [0, 2])
@pytest.mark.parametrize("seed", DAYS)
async def test_a_fault_and_a_restart(
    seed: int, batch: int, step: str, moment: Moment, error: type[BaseException]
) -> None:
    records, directory = day_records(seed)
    world = World(records)
    log = FaultyLog(world.owner(), batch * len(STEPS) + STEPS.index(step), moment, error=error)
    task = world.task(directory, log)
    await task.start()
    unknown, before = step == "commit" and error is Fault, plain(task.processor.tables)
    with pytest.raises(UnknownOutcome if unknown else error):  # noqa: PT012
        while True:
            before = copy.deepcopy(plain(task.processor.tables))
            await task.run_batch(BATCH)
    assert log.struck == step
    assert plain(task.processor.tables) == before, "merged before it was committed"
    await end(world, directory, await live(World(records), directory))


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
@pytest.mark.parametrize("step", STEPS[:-1])
@pytest.mark.parametrize("seed", DAYS)
async def test_a_fault_before_the_commit_and_another_try(
    seed: int, step: str, moment: Moment
) -> None:
    """The same task goes on: "the next call reads the same records again"."""
    records, directory = day_records(seed)
    world = World(records)
    log = FaultyLog(world.owner(), len(STEPS) + STEPS.index(step), moment)
    task = world.task(directory, log)
    await task.start()
    expected = await live(World(records), directory)
    with pytest.raises(Fault):
        await drain(task)
    assert plain(task.processor.tables) == await committed(world)
    await drain(task)
    assert (world.outputs(), plain(task.processor.tables)) == expected
    await end(world, directory, expected)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("seed", DAYS)
async def test_a_second_owner_comes_at_any_step(seed: int, step: str) -> None:
    """The first one is fenced, writes nothing more, and the second one takes up where it was."""
    records, directory = day_records(seed)
    world, heirs = World(records), list[PartitionTask[ConversationProcessor]]()

    async def take_over() -> None:
        heirs.append(world.task(directory))
        await heirs[0].start()

    at = 2 * len(STEPS) + STEPS.index(step)
    log = FaultyLog(world.owner(), at, Moment.FENCED, take_over)
    zombie = world.task(directory, log)
    await zombie.start()
    with pytest.raises(Fenced):
        await drain(zombie)
    assert log.struck == step
    (heir,) = heirs
    seen = world.outputs()
    for act in still_alive(zombie):
        with pytest.raises((Fenced, UnknownOutcome)):
            await act()
        assert world.outputs() == seen
    await drain(heir)
    expected = await live(World(records), directory)
    assert (world.outputs(), plain(heir.processor.tables)) == expected
    await end(world, directory, expected)


def still_alive(zombie: PartitionTask[ConversationProcessor]) -> list[Callable[[], Any]]:
    """Whatever a paused owner may try when it wakes."""
    far_ms = (zombie.processor.tables.clock_ms or 0) + 10**12
    return [lambda: zombie.run_batch(1), lambda: zombie.fire_timers(far_ms)]


@pytest.mark.parametrize("error", [Fault, asyncio.CancelledError])
@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
@pytest.mark.parametrize("step", ["abort", "seek"])
async def test_a_failing_way_back_loses_no_record(
    step: str, moment: Moment, error: type[BaseException]
) -> None:
    """Whoever tries again after an error reads the same records, or is told not to try again."""
    records, directory = day_records(DAYS[0])
    world = World(records)
    log = StumblingLog(world.owner(), STEPS.index("flush"), step, moment, error)
    task = world.task(directory, log)
    await task.start()
    with suppress(Fault, Fenced, UnknownOutcome):
        try:
            await drain(task)
        except (Fault, asyncio.CancelledError):
            # Cancelled by a time limit, for one, which its setter takes for an error.
            await drain(task)
    assert log.stumbled
    await end(world, directory, await live(World(records), directory))


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(seed=SEEDS, data=st.data())
async def test_any_chain_of_faults(seed: int, data: st.DataObject) -> None:
    """Faults, restarts, fencing and compaction in any order, with any size of batch."""
    records, directory = day_records(seed)
    world = World(records)
    expected = await live(World(records), directory)
    for _ in range(data.draw(st.integers(1, 4))):
        at, moment = data.draw(st.integers(0, 30)), data.draw(st.sampled_from(Moment))
        rival = world.owner()
        log = FaultyLog(world.owner(), at, moment, rival.fence if moment is Moment.FENCED else None)
        task = world.task(directory, log)
        await task.start()
        with suppress(Fault, Fenced, UnknownOutcome):
            await drain(task, data.draw(st.integers(1, 12)))
        if data.draw(st.booleans()):
            world.compact()
    await end(world, directory, expected)


@pytest.mark.parametrize("seed", DAYS)
async def test_what_is_taken_away_while_it_waits_for_its_turn_begins_nothing(seed: int) -> None:
    """Another partition decides; meanwhile the group takes this one away and gives it back."""
    records, directory = day_records(seed)
    world = World(records)
    deciding, ownership = asyncio.Lock(), Ownership()
    task = PartitionTask(world.owner(), process_conversations(directory), deciding, ownership)
    await task.start()
    before = task.offsets
    async with deciding:
        running = asyncio.create_task(task.run_batch(BATCH))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert ownership.state not in BATCH_UNDER_WAY, "a rebalance need not wait for it"
        ownership.move(OwnerEvent.TAKEN_AWAY)
        ownership.move(OwnerEvent.GIVEN)
    assert (await running).records == 0
    assert task.offsets == before
    await task.rewind()
    assert (await task.run_batch(BATCH)).records == BATCH
