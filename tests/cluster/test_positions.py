"""Positions that a real log does not have, and inputs that somebody's transaction holds up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.admin.records_to_delete import RecordsToDelete
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker import hold_ups, input_reader
from omnistate.stream.outcome import PartitionStopped
from omnistate.stream.ports import DeletedRecords, Record

from tests.adapters.log_rig import FIRST, SECOND, WAIT_MS
from tests.cluster.test_kafka_log import NUMBER, KafkaBench
from tests.harness.assigned_partition import AssignedPartition


class Bench(KafkaBench):
    """A log whose owner tells of what is gone and of what holds it up."""

    def __init__(self, brokers: str, prefix: str) -> None:
        super().__init__(Connection(brokers, prefix), stamped=True)
        self.gone: list[tuple[str, int]] = []
        self.held: list[tuple[str, int]] = []

    def place(self, topic: str) -> TopicPartition:
        return TopicPartition(self.connection.physical(topic), NUMBER)

    async def delete_before(self, topic: str, offset: int) -> None:
        """As retention does."""
        await self.admin.delete_records({self.place(topic): RecordsToDelete(offset)})

    async def take_over(self) -> AssignedPartition:
        log = self.owner()
        assert isinstance(log, AssignedPartition)
        log.inputs._report_gone = lambda *said: self.gone.append(said)
        log.inputs.hold_ups._report = lambda *said: self.held.append(said)
        await log.fence()
        return log


@pytest.fixture
async def bench(brokers: str, prefix: str) -> AsyncIterator[Bench]:
    bench = Bench(brokers, prefix)
    try:
        await bench.start()
        yield bench
    finally:
        await bench.stop()


async def read_all(log: AssignedPartition, count: int, tries: int = 40) -> list[Record]:
    found: list[Record] = []
    for _ in range(tries):
        found += await log.read(100, WAIT_MS)
        if len(found) >= count:
            break
    return found


async def test_beyond_the_end_stops_the_partition(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_reader, "END_RETRY_S", 0.05)
    for key in (b"a", b"b", b"c"):
        await bench.append(FIRST, key, 0)
    log = await bench.take_over()
    await log.seek({FIRST: 3, SECOND: 0})
    with pytest.raises(
        PartitionStopped, match=r"first-inputs/1 ends at offset 3, but .* to 5"
    ) as e:
        await log.seek({FIRST: 5, SECOND: 0})
    assert e.value.reason == "truncated"
    name = bench.connection.physical(FIRST)
    await bench.admin.delete_topics([name])
    for _ in range(50):
        await asyncio.sleep(0.1)
        answer = await bench.admin.create_topics([NewTopic(name, 2, 1)])
        if all(code == 0 for _, code, *_ in answer.topic_errors):
            break
    await bench.append(FIRST, b"anew", 0)
    with pytest.raises(PartitionStopped, match="ends at offset 1, but was read up to 3"):
        await log.seek({FIRST: 3, SECOND: 0})


async def test_what_is_gone_before_it_was_read_is_counted(bench: Bench) -> None:
    for number in range(5):
        await bench.append(FIRST, b"%d" % number, 0)
    await bench.delete_before(FIRST, 2)
    log = await bench.take_over()
    await log.seek({FIRST: 0, SECOND: 0})
    assert bench.gone == [(FIRST, 2)]
    gap, *found = await read_all(log, 4)
    assert isinstance(gap, DeletedRecords)
    assert (gap.first_offset, gap.offset) == (0, 1)
    assert [each.key for each in found] == [b"2", b"3", b"4"]


async def test_retention_that_passes_a_reader_is_counted_too(bench: Bench) -> None:
    log = await bench.take_over()
    await log.seek({FIRST: 0, SECOND: 0})
    await bench.append(FIRST, b"0", 0)
    assert len(await read_all(log, 1)) == 1
    for number in range(1, 6):
        await bench.append(FIRST, b"%d" % number, 0)
    await bench.delete_before(FIRST, 4)
    # As if nothing of it had been fetched by then.
    log.inputs._merge.clear()
    log._member.seek(bench.place(FIRST), 1)
    gap, *found = await read_all(log, 3)
    assert isinstance(gap, DeletedRecords)
    assert (gap.first_offset, gap.offset) == (1, 3)
    assert [each.key for each in found] == [b"4", b"5"]
    assert bench.gone == [(FIRST, 3)]


async def test_an_open_transaction_holds_up_the_other_input_too(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_ups, "SAID_AFTER_S", 0.5)
    monkeypatch.setattr(input_reader, "REACH_S", 0.3)
    log = await bench.take_over()
    await log.seek({FIRST: 0, SECOND: 0})
    foreign = bench.connection.producer(transactional_id=bench.connection.physical("foreign"))
    await foreign.start()
    try:
        await foreign.begin_transaction()
        place = bench.place(FIRST)
        await foreign.send_and_wait(place.topic, b"value", b"open", place.partition)
        await bench.append(SECOND, b"behind", 0)
        for _ in range(6):
            assert not await log.read(100, WAIT_MS)
            assert not await log.has_caught_up()
        assert log.backlog(FIRST) == 1
        assert log.backlog(SECOND) == 1
        held = log.inputs.hold_ups.longest
        assert held is not None
        assert (held.topic, held.offset) == (FIRST, 0)
        assert bench.held == [(FIRST, 0)]
        await foreign.commit_transaction()
    finally:
        await foreign.stop()
    found = await read_all(log, 2)
    assert [each.key for each in found] == [b"open", b"behind"]
    assert await log.has_caught_up()
    assert log.inputs.hold_ups.longest is None
    assert log.backlog(FIRST) == log.backlog(SECOND) == 0


async def test_lag_counts_while_nothing_is_read(bench: Bench) -> None:
    for number in range(4):
        await bench.append(FIRST, b"%d" % number, 0)
    log = await bench.take_over()
    await log.measure()
    assert (log.backlog(FIRST), log.backlog(SECOND)) == (4, 0)
    since_ms = log.oldest_ms(FIRST)
    assert since_ms is not None
    await log.measure()
    assert log.oldest_ms(FIRST) == since_ms
    await log.seek({FIRST: 1, SECOND: 0})
    assert log.backlog(FIRST) == 3
    assert len(await read_all(log, 3)) == 3
    await log.measure()
    assert (log.backlog(FIRST), log.oldest_ms(FIRST)) == (0, None)
