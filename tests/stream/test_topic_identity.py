"""Positions know which topics they are of: one that was made anew is not read on with."""

from collections.abc import Mapping

import pytest
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.stream.conversation.processor import ConversationProcessor
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.outcome import PartitionStopped
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.position import Position, decode_position, encode_position, find_remade
from omnistate.stream.representative.totals_processor import (
    TotalsProcessor,
    process_representatives,
)
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.stream.faulty_log import GROUP, INPUTS, World
from tests.stream.representative_rig import CENTRE, RepresentativeRig, directory_of
from tests.stream.representative_rig import INPUTS as OF_REPRESENTATIVES
from tests.stream.representative_rig import TABLES as REPRESENTATIVE_TABLES

FIRST_IDS = {CHANNEL_EVENTS: "one", AGENT_ACTIONS: "two"}


class Named(MemoryPartition):
    """A log whose input topics have ids."""

    ids: Mapping[str, str] = FIRST_IDS

    async def topic_ids(self) -> Mapping[str, str]:
        return self.ids


@pytest.mark.parametrize(
    ("known", "present", "remade"),
    [
        ({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, None),
        ({"a": "1", "b": "2"}, {"a": "1", "b": "3"}, "b"),
        ({"a": "1"}, {"a": "1", "b": "3"}, None),
        ({"a": "1", "b": "2"}, {"a": "1"}, None),
        ({"a": "1"}, {}, None),
        (None, {"a": "1"}, None),
    ],
)
def test_which_topic_was_made_anew(
    known: Mapping[str, str] | None, present: Mapping[str, str], remade: str | None
) -> None:
    position = Position(1, {"a": 5, "b": 6}, {}, topic_ids=known)
    assert decode_position(encode_position(position)) == position
    assert find_remade(position, present) == remade


def test_a_position_without_ids_is_written_as_before() -> None:
    row = encode_position(Position(1, {"a": 5}, {"t": 1}, topic_ids={}))
    assert b"topic_ids" not in row
    assert decode_position(row) == Position(1, {"a": 5}, {"t": 1}, topic_ids=None)


def take_over(world: World, ids: Mapping[str, str]) -> PartitionTask[ConversationProcessor]:
    log = Named(world.log, GROUP, 0, INPUTS, TABLES)
    log.ids = ids
    return world.task(directory_of(CENTRE), log)


async def test_a_topic_made_anew_stops_the_partition_before_it_writes() -> None:
    world = World()
    task = take_over(world, FIRST_IDS)
    await task.start()
    world.log.append(CHANNEL_EVENTS, b"k", b"no event", (), 0)
    assert (await task.run_batch()).records == 1
    # The same topics, and brokers that know no ids: nothing happens.
    for ids in (FIRST_IDS, {}):
        task = take_over(world, ids)
        await task.start()
        position = task.processor.position
        assert position is not None
        assert position.topic_ids == FIRST_IDS
        assert position.offsets == {CHANNEL_EVENTS: 1, AGENT_ACTIONS: 0}
    for topic in INPUTS:
        task = take_over(world, {**FIRST_IDS, topic: "another"})
        with pytest.raises(PartitionStopped, match=f"topic {topic} was made anew") as stop:
            await task.start()
        assert stop.value.reason == "made_anew"
    # Nothing was written by those, so that the topics of before are still known.
    await take_over(world, FIRST_IDS).start()


async def test_tables_of_before_learn_which_topics_they_are_of() -> None:
    world = World()
    task = take_over(world, {})
    await task.start()
    world.log.append(CHANNEL_EVENTS, b"k", b"no event", (), 0)
    await task.run_batch()
    await take_over(world, FIRST_IDS).start()
    with pytest.raises(PartitionStopped):
        await take_over(world, {CHANNEL_EVENTS: "another"}).start()


async def test_the_representative_worker_knows_its_topics_too() -> None:
    rig = RepresentativeRig(directory_of(CENTRE))

    async def begin(ids: Mapping[str, str]) -> PartitionTask[TotalsProcessor]:
        log = Named(rig.log, "representative", 0, OF_REPRESENTATIVES, REPRESENTATIVE_TABLES)
        log.ids = ids
        task = PartitionTask(log, process_representatives(rig.directory))
        await task.start()
        return task

    ids = dict.fromkeys(OF_REPRESENTATIVES, "one")
    task = await begin(ids)
    rig.hold("ana", 10)
    await task.run_batch()
    await begin(ids)
    with pytest.raises(PartitionStopped, match="was made anew"):
        await begin(ids | {OF_REPRESENTATIVES[0]: "another"})
