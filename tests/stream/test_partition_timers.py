"""The partition task by the wall clock, at rest, and beside other partitions' tasks.

Firing by the clock must give what records would give: a change carries its deadline, whoever came
to fire it.
"""

import json
import random
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.core.directory import Directory
from omnistate.stream.conversation.processor import ConversationProcessor, process_conversations
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Outgoing, Record
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CONVERSATION_STATES

from tests.harness.events import make_event
from tests.harness.records import day_records, number, plain, run
from tests.stream.faulty_log import GROUP, INPUTS, OUTPUTS, Fault, FaultyLog, Moment, World

SEEDS = st.integers(0, 2**31)
LATER_MS = (1, 1_000, 60_000, 3_600_000, 86_400_000, 10**13)


async def owner(
    world: World, directory: Directory, log: Any = None
) -> PartitionTask[ConversationProcessor]:
    task = world.task(directory, log)
    await task.start()
    return task


async def drain(task: PartitionTask[ConversationProcessor]) -> None:
    while (await task.run_batch()).records:
        pass


def told(world: World) -> dict[str, list[Outgoing]]:
    """The outputs, without what a probe of the clock got for an answer."""
    return {
        topic: [each for each in outputs if each.key != b"probe"]
        for topic, outputs in world.outputs().items()
    }


def rows(task: PartitionTask[ConversationProcessor]) -> dict[str, Any]:
    """The tables without the clock, which a probe moves and a timer need not."""
    return {
        name: table
        for name, table in plain(task.processor.tables).items()
        if name not in {"clock_ms", "offsets"}
    }


def in_order(records: list[Record]) -> list[Record]:
    """The records as they are read: at times that do not go back, ties by topic."""
    clock_ms, timed = 0, []
    for record in records:
        clock_ms = max(clock_ms, record.timestamp_ms)
        timed.append(record._replace(timestamp_ms=clock_ms))
    return number(sorted(timed, key=lambda each: (each.timestamp_ms, INPUTS.index(each.topic))))


def probe(at_ms: int) -> Record:
    """A record that changes nothing, does not wait, and shows the engine the time."""
    event = make_event("supervisor.force_close", "probe", "p", {"supervisor_id": "sue"})
    return Record(AGENT_ACTIONS, 0, 0, at_ms, b"probe", json.dumps(event).encode())


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, later_ms=st.sampled_from(LATER_MS))
async def test_at_the_end_the_clock_fires_what_a_record_would(seed: int, later_ms: int) -> None:
    records, directory = day_records(seed)
    by_clock, by_record = World(records), World(records)
    until_ms = by_clock.now_ms + later_ms
    waiting, busy = await owner(by_clock, directory), await owner(by_record, directory)
    await drain(waiting)
    await waiting.fire_timers(until_ms)
    by_record.append([probe(until_ms)])
    await drain(busy)
    assert told(by_clock) == told(by_record)
    assert rows(waiting) == rows(busy)
    assert plain((await owner(by_clock, directory)).processor.tables) == plain(
        waiting.processor.tables
    )


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, chance=st.integers(0, 2**31))
async def test_between_records_the_clock_changes_nothing(seed: int, chance: int) -> None:
    """On a partition that has caught up, fired at any instant before the next record."""
    dice = random.Random(chance)
    records, directory = day_records(seed)
    records = in_order(records)
    expected, world = World(records), World()
    calm, task = await owner(expected, directory), await owner(world, directory)
    await drain(calm)
    for record in records:
        if world.now_ms and dice.random() < 0.5:
            await task.fire_timers(dice.randint(world.now_ms, record.timestamp_ms))
        world.append([record])
        await drain(task)
        if dice.random() < 0.1:
            world.compact()
            task = await owner(world, directory)
    # A dead letter at the end fires nothing by itself.
    await task.fire_timers(world.now_ms)
    await calm.fire_timers(world.now_ms)
    assert world.outputs() == expected.outputs()
    assert plain(task.processor.tables) == plain(calm.processor.tables)


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER])
@pytest.mark.parametrize("step", range(6))
async def test_a_fault_while_the_clock_fires(step: int, moment: Moment) -> None:
    records, directory = day_records(2)
    calm, world = World(records), World(records)
    far_ms = calm.now_ms + 10**10
    expected = await owner(calm, directory)
    await drain(expected)
    assert (await expected.fire_timers(far_ms)).batch.tally["timer"] > 3
    before = await owner(world, directory)
    await drain(before)
    log = FaultyLog(world.owner(), step, moment)
    task = await owner(world, directory, log)
    with pytest.raises((Fault, UnknownOutcome)) as raised:
        await task.fire_timers(far_ms)
    if raised.type is UnknownOutcome:
        task = await owner(world, directory)
    await task.fire_timers(far_ms)
    assert world.outputs() == calm.outputs()
    assert plain(task.processor.tables) == plain(expected.processor.tables)
    assert plain((await owner(world, directory)).processor.tables) == plain(
        expected.processor.tables
    )


async def test_nothing_to_do_is_no_transaction() -> None:
    records, directory = day_records(0)
    world = World(records)
    log = FaultyLog(world.owner(), -1, Moment.BEFORE)
    task = await owner(world, directory, log)
    await drain(task)
    steps = list(log.steps)
    batch, count, _, _ = await task.run_batch()
    assert (count, batch.outputs, batch.writes) == (0, [], [])
    assert not (await task.fire_timers(0)).batch.outputs
    assert log.steps == steps


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, partitions=st.integers(2, 5))
async def test_partitions_know_nothing_of_each_other(seed: int, partitions: int) -> None:
    """Each has the outputs and tables that its own records alone would give."""
    records, directory = day_records(seed)
    clock = [0]
    changelogs = [f"{GROUP}-{table}-changelog" for table in TABLES]
    topics = (*INPUTS, *OUTPUTS, CONVERSATION_STATES, *changelogs)
    log = MemoryLog(dict.fromkeys(topics, partitions), lambda: clock[0])
    parts: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        clock[0] = max(clock[0], record.timestamp_ms)
        number_ = 0 if record.key is None else partition_of(record.key, partitions)
        log.append(record.topic, record.key, record.value)
        parts[number_].append(record._replace(timestamp_ms=clock[0], partition=number_))
    sent = []
    for number_ in range(partitions):
        partition = MemoryPartition(log, GROUP, number_, INPUTS, TABLES)
        task = PartitionTask(partition, process_conversations(directory, number_, partitions))
        await task.start()
        await drain(task)
        outputs, tables, _ = run(
            in_order(parts[number_]),
            directory,
            to_the_end=False,
            partition=number_,
            partitions=partitions,
        )
        offsets = {"offsets": task.offsets}
        assert plain(task.processor.tables) == plain(tables) | offsets
        sent += outputs
    found = [
        Outgoing(each.topic, each.key, each.value, each.headers)
        for topic in OUTPUTS
        for number_ in range(partitions)
        for each in log.read(topic, number_, 0, 2**31)
    ]
    assert sorted(map(repr, found)) == sorted(map(repr, sent))
