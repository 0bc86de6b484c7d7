"""A takeover reads the last position alone, however many there are and whatever follows it."""

import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker.kafka_partition import POSITIONS_READ
from omnistate.stream.position import POSITION_KEY, Position, decode_position, encode_position

from tests.cluster.test_kafka_log import CHANGELOGS, NUMBER, KafkaBench

POSITIONS = CHANGELOGS["positions"]


@pytest.fixture
async def bench(brokers: str) -> AsyncIterator[KafkaBench]:
    bench = KafkaBench(Connection(brokers=brokers, prefix=f"{uuid.uuid4().hex[:8]}."), stamped=True)
    try:
        await bench.start()
        yield bench
    finally:
        await bench.stop()


async def write(bench: KafkaBench, numbers: range, *, committed: bool) -> None:
    """One position a transaction, as batches write them."""
    producer: AIOKafkaProducer = bench.connection.producer(
        transactional_id=f"{uuid.uuid4().hex}-{NUMBER}"
    )
    await producer.start()
    try:
        for number in numbers:
            await producer.begin_transaction()
            row = encode_position(Position(number, {"channel-events": number}))
            await producer.send_and_wait(
                bench.connection.physical(POSITIONS), row, POSITION_KEY, NUMBER
            )
            await (producer.commit_transaction() if committed else producer.abort_transaction())
    finally:
        await producer.stop()


async def restore(bench: KafkaBench) -> list[Position]:
    owner = bench.owner()
    await owner.fence()
    return [
        decode_position(write.value or b"")
        async for part in owner.restore()
        for write in part.writes
        if write.table == "positions"
    ]


async def test_only_the_last_positions_are_read(bench: KafkaBench) -> None:
    await write(bench, range(500), committed=True)
    found = await restore(bench)
    assert found[-1] == Position(499, {"channel-events": 499})
    assert len(found) <= POSITIONS_READ


async def test_it_looks_further_back_where_nothing_but_aborted_batches_follow(
    bench: KafkaBench,
) -> None:
    await write(bench, range(3), committed=True)
    await write(bench, range(3, 3 + POSITIONS_READ * 2), committed=False)
    assert (await restore(bench))[-1] == Position(2, {"channel-events": 2})


async def test_where_there_is_none_there_is_none(bench: KafkaBench) -> None:
    await write(bench, range(POSITIONS_READ), committed=False)
    assert await restore(bench) == []
