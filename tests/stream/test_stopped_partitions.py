"""What stops a partition, and what is only tried again: said once, never on partial tables."""

import pytest
from omnistate.stream import partition_owner as owner_module
from omnistate.stream.conversation.processor import ConversationProcessor
from omnistate.stream.outcome import PartitionStopped
from omnistate.stream.ownership import OwnerState
from omnistate.stream.partition_owner import PartitionOwner
from omnistate.stream.ports import LogUnavailable

from tests.harness.records import day_records
from tests.stream.faulty_log import World
from tests.stream.group_rig import GroupRig
from tests.stream.runs import live
from tests.stream.test_partition_owners import comes_true


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_module, "BACKOFF_S", (0.001,))
    monkeypatch.setattr(owner_module, "FENCED_BACKOFF_S", 0.002)


async def test_what_is_no_fault_of_the_log_stops_its_partition_alone() -> None:
    records, directory = day_records(0)
    world = World(records)
    crew = GroupRig(world.log, directory, 1)
    crew.owners.assign({0})
    crew.logs[0].error = ZeroDivisionError("a bug")
    (owner,) = crew.owners
    await owner.ownership.wait_for(frozenset({OwnerState.STOPPED}))
    assert not owner.running
    assert str(owner.problem) == "ZeroDivisionError: a bug"
    assert not crew.owners.failure.done()
    await crew.owners.stop()


async def test_a_stopped_partition_is_said_once_and_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owner_module, "STOPPED_S", 0.001)
    records, directory = day_records(0)
    world = World(records)
    crew = GroupRig(world.log, directory, 1)
    crew.owners.assign({0})
    log = crew.logs[0]

    async def fail_again(times: int) -> None:
        for _ in range(times):
            log.error = PartitionStopped("unreadable", "channel-events/0/7: broken")
            await comes_true(lambda: _is(log.error is None))

    await fail_again(3)
    await comes_true(crew.caught_up)
    told = [what for what, _ in crew.notes.told]
    assert told.count("stopped") == 1
    assert next(iter(crew.owners)).problem is None
    await crew.owners.stop()
    assert world.outputs() == (await live(World(records), directory))[0]


async def _is(found: bool) -> bool:
    return found


async def test_pauses_grow_until_a_batch_is_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A takeover that succeeds does not count: it may be followed by the same failure for ever."""
    pauses: list[float] = []

    async def wait(self: PartitionOwner[ConversationProcessor], seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(PartitionOwner, "_wait", wait)
    monkeypatch.setattr(owner_module, "BACKOFF_S", (1.0, 2.0, 4.0))
    records, directory = day_records(0)
    world = World()
    crew = GroupRig(world.log, directory, 1)
    crew.owners.assign({0})
    log = crew.logs[0]
    await comes_true(crew.caught_up)

    async def fail(times: int) -> None:
        for _ in range(times):
            log.unreadable = LogUnavailable("gone")
            await comes_true(lambda: _is(log.unreadable is None))

    await fail(3)
    world.append(records[:1])
    await comes_true(crew.caught_up)
    await fail(2)
    await crew.owners.stop()
    assert pauses == [1.0, 2.0, 4.0, 1.0, 2.0]
    assert [what for what, _ in crew.notes.told].count("started") >= 4


async def test_a_changelog_that_has_lost_rows_stops_the_partition() -> None:
    """Deciding on partial tables would number changes anew, and count capacity from nothing."""
    records, directory = day_records(1)
    world = World(records)
    await live(world, directory)
    changelog = world.owner().changelog_of("conversations")
    entries = world.log._topics[changelog][0]
    lost = entries[-1].record.key
    entries[:] = [entry for entry in entries if entry.record.key != lost]
    before = world.outputs()
    crew = GroupRig(world.log, directory, 1)
    crew.owners.assign({0})
    (owner,) = crew.owners
    await owner.ownership.wait_for(frozenset({OwnerState.STOPPED}))
    assert owner.problem is not None
    assert owner.problem.reason == "tables_incomplete"
    assert "conversations: " in str(owner.problem)
    assert world.outputs() == before
    await crew.owners.stop()
