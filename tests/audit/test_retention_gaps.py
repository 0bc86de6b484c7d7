"""What the log deleted before it was read: a dead letter, a position behind it, and a finding."""

from collections.abc import Sequence

import pytest
from omnistate.adapters.kafka.dead_letters.letter import find_obstacle, read_letter
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.audit.auditor import audit
from omnistate.demo.world import World
from omnistate.stream.cloudevents import encode_dead_letter, put_unreadable_aside
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.merge import Merge
from omnistate.stream.ports import DeletedRecords, Record, UnreadableRecord
from omnistate.stream.position import FILLER
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    DEAD_LETTERS,
)

from tests.audit.audit_rig import GROUP, INPUT_TOPICS, TOPOLOGY, Rig
from tests.audit.test_what_is_left import Forgetful

FIRST, END = 3, 8
FILLED = ((FILLER, b""),)


class Trimmed(MemoryPartition):
    """A log whose inputs of offsets FIRST to END were deleted before anybody read them."""

    met = False

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        if not self.met:
            self.met = True
            return [DeletedRecords.between((CHANNEL_EVENTS, 0), FIRST, END)]
        return await super().read(max_records, wait_ms)


async def trimmed_rig() -> Rig:
    """A rig whose partition 0 has met the gap; nothing else was ever said."""
    rig = Rig(World(1, 1).configuration, 1_772_442_922_123)
    for _ in range(END):
        rig.log.append(CHANNEL_EVENTS, b"k", b"{}", (), 0)
    await rig.take_over()
    task = rig.task(0, Trimmed(rig.log, GROUP, 0, INPUT_TOPICS, TABLES))
    await task.start()
    committed = await task.run_batch()
    assert committed.records == 1
    assert committed.batch.clock_ms is None
    assert task.offsets == {CHANNEL_EVENTS: END, AGENT_ACTIONS: 0}
    return rig


@pytest.mark.parametrize("left", [END, END + 5])
async def test_the_audit_goes_by_the_dead_letter(left: int) -> None:
    rig = await trimmed_rig()
    found = await audit(Forgetful(rig.log, {(CHANNEL_EVENTS, 0): left}), TOPOLOGY)
    gaps = [each for each in found.violations if each.offset == FIRST]
    assert [each[:4] for each in gaps] == [("offsets", CHANNEL_EVENTS, 0, FIRST)]
    assert f"up to {END - 1} were deleted" in gaps[0].sentence


async def test_a_broker_that_has_them_again_breaks_no_law() -> None:
    """One that dies has forgotten for up to a minute that they were deleted."""
    rig = await trimmed_rig()
    found = await audit(Forgetful(rig.log, {}), TOPOLOGY)
    assert [each[:4] for each in found.violations] == [("offsets", CHANNEL_EVENTS, 0, FIRST)]


class FilledUp(MemoryPartition):
    """A log whose worker goes on behind what only fills an input up."""

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        found = await super().read(max_records, wait_ms)
        return [record for record in found if record.headers != FILLED]


async def test_what_only_fills_an_input_up_is_no_input() -> None:
    rig = Rig(World(1, 1).configuration, 1_772_442_922_123)
    for _ in range(END):
        rig.log.append(CHANNEL_EVENTS, None, b"", FILLED, 0)
    rig.log.append(CHANNEL_EVENTS, b"k", b"{}", (), 0)
    await rig.take_over()
    task = rig.task(0, FilledUp(rig.log, GROUP, 0, INPUT_TOPICS, TABLES))
    await task.start()
    await task.run_batch()
    assert task.offsets == {CHANNEL_EVENTS: END + 1, AGENT_ACTIONS: 0}
    found = await audit(Forgetful(rig.log, {}), TOPOLOGY)
    assert found.ok
    assert found.counts["inputs"] == 1
    assert any("not replayed, since inputs were deleted" in note for note in found.notes)


async def test_a_gap_of_another_worker_is_a_finding_too() -> None:
    rig = Rig(World(1, 1).configuration, 1_772_442_922_123)
    await rig.take_over()
    assert (await audit(Forgetful(rig.log, {}), TOPOLOGY)).ok
    gap = DeletedRecords.between((CAPACITY_CHANGES, 1), 7, 9)
    letter = encode_dead_letter(put_unreadable_aside(gap))
    rig.log.append(DEAD_LETTERS, letter.key, letter.value, headers=letter.headers)
    found = await audit(Forgetful(rig.log, {}), TOPOLOGY)
    assert [each[:4] for each in found.violations] == [("offsets", CAPACITY_CHANGES, 1, 7)]


def test_nothing_waits_for_it_and_it_makes_nothing_old() -> None:
    merge = Merge(("first", "second"))
    behind = Record("first", 0, 9, 5_000, None, None)
    merge.add("first", [DeletedRecords.between(("first", 0), 4, 9), behind])
    merge.add("second", [Record("second", 0, 0, 1_000, None, None)])
    assert merge.oldest_ms("first") is None
    taken = merge.take(1)
    assert [(each.topic, each.offset) for each in taken] == [("first", 8)]
    assert isinstance(taken[0], DeletedRecords)
    assert merge.oldest_ms("first") == 5_000


@pytest.mark.parametrize(
    "stand_in",
    [
        DeletedRecords.between((CHANNEL_EVENTS, 1), 4, 9),
        UnreadableRecord.of((CHANNEL_EVENTS, 1), 4, 8, 0, "the checksum is wrong"),
    ],
)
def test_what_nobody_has_is_not_redriven(stand_in: UnreadableRecord) -> None:
    """An empty record would come in its place, and be a dead letter again."""
    dead = encode_dead_letter(put_unreadable_aside(stand_in))
    letter = read_letter(Record(DEAD_LETTERS, 0, 5, 9, dead.key, dead.value, dead.headers))
    assert find_obstacle(letter, TOPOLOGY) == "nothing of it is left"
