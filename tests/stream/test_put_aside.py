"""What the representative worker puts aside moves nothing: no clock, no lease, no row."""

import pytest
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.partitioning import partition_of
from omnistate.stream.representative.totals_processor import process_representatives
from omnistate_schemas.vocabulary import DEAD_LETTERS

from tests.stream.gate_rig import GateRig, connections
from tests.stream.representative_rig import INPUTS, TABLES, directory_of
from tests.stream.test_presence_leases import CENTRE, presence, rig_of, settle


def reasons(rig: GateRig) -> list[bytes | None]:
    """Why each dead letter is one."""
    letters = rig.log.read(DEAD_LETTERS, 0, 0)
    return [dict(each.headers)["omnistate-error"] for each in letters]


@pytest.mark.parametrize("number", [1, 2**40])
async def test_what_is_put_aside_ends_no_lease(number: int) -> None:
    """A counter that cannot come next is a dead letter: the clock stands, and so does the lease."""
    rig, task = await rig_of()
    rig.sign("ana", lease_seconds=30)
    rig.begin("ana", "chat-1", 10)
    rig.begin("ana", "chat-2", 10)
    await settle(rig, task)
    clock_ms = task.processor.clock_ms
    rig.wait(60)
    rig.say("ana", 50, 0, number)
    while (await task.run_batch()).records:
        continue
    assert reasons(rig) == [b"undecodable"]
    assert task.processor.clock_ms == clock_ms
    assert connections(rig) == []
    assert presence(rig, "ana") == ("busy", "capacity")
    rig.sign("bob", "away")
    await settle(rig, task)
    assert connections(rig) == [("disconnected", "chat-1"), ("disconnected", "chat-2")]


async def test_what_lies_in_the_wrong_partition_makes_no_second_row() -> None:
    """Two rows of one representative would be granted twice what there is."""
    rig = GateRig(directory_of(CENTRE))
    partitions = 3
    assert partition_of(b"ana", partitions) != 0
    partition = MemoryPartition(rig.log, "representative", 0, INPUTS, TABLES)
    task = PartitionTask(partition, process_representatives(rig.directory, 0, partitions))
    await task.start()
    rig.sign("ana", lease_seconds=30)
    rig.ask("ana", "chat-1", units=10)
    rig.ask("ana", None)
    rig.begin("ana", "chat-1", 10)
    await settle(rig, task)
    assert reasons(rig) == [b"wrong_partition"] * 4
    assert "ana" not in task.processor.table.rows
    assert rig.orders() == rig.answers() == []
