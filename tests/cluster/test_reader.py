"""The reader that audits use, on a real broker: committed records, in order, to the very end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import Unreachable
from omnistate.adapters.kafka.records.topic_reader import KafkaReader, open_reader
from omnistate.audit.source import TopicReader
from omnistate.stream.ports import LogUnavailable, Record

TOPIC = "things"


@asynccontextmanager
async def producer(connection: Connection, name: str | None = None) -> AsyncIterator[Any]:
    """A producer; with a name, a transactional one."""
    options = {"transactional_id": connection.physical(name)} if name else {}
    found: AIOKafkaProducer = connection.producer(**options)
    await found.start()
    try:
        yield found
    finally:
        await found.stop()


async def write(connection: Connection, *values: bytes, partition: int = 0) -> None:
    async with producer(connection) as plain:
        for value in values:
            topic = connection.physical(TOPIC)
            await plain.send_and_wait(topic, value, b"key", partition, headers=[("h", b"\xff")])


async def transact(
    connection: Connection, *values: bytes, commits: bool, partition: int = 0
) -> None:
    async with producer(connection, "writer") as writer:
        await writer.begin_transaction()
        for value in values:
            await writer.send_and_wait(connection.physical(TOPIC), value, None, partition)
        await (writer.commit_transaction() if commits else writer.abort_transaction())


@pytest.fixture
async def connection(brokers: str, prefix: str) -> Connection:
    """A topic of two partitions."""
    connection = Connection(brokers, prefix)
    admin = connection.admin()
    await admin.start()
    await admin.create_topics([NewTopic(connection.physical(TOPIC), 2, 1)])
    await admin.close()
    return connection


@pytest.fixture
async def reader(connection: Connection) -> AsyncIterator[KafkaReader]:
    """One that waits for longer than a test may take."""
    async with open_reader(connection, 3_600) as reader:
        yield reader


@pytest.fixture
async def hasty(connection: Connection) -> AsyncIterator[KafkaReader]:
    async with open_reader(connection, 1) as reader:
        yield reader


async def read(
    reader: TopicReader, partition: int = 0, start: int = 0, end: int | None = None
) -> list[Record]:
    if end is None:
        end = (await reader.ends(TOPIC))[partition]
    chunks: list[Sequence[Record]] = [
        chunk async for chunk in reader.records(TOPIC, partition, start, end)
    ]
    assert all(chunks)
    return [record for chunk in chunks for record in chunk]


def values(records: Sequence[Record]) -> list[bytes | None]:
    return [record.value for record in records]


async def test_records_are_as_they_were_written(
    connection: Connection, reader: KafkaReader
) -> None:
    await write(connection, b"a", b"b", partition=1)
    assert await reader.partitions(TOPIC) == 2
    assert list(await reader.beginnings(TOPIC)) == [0, 0]
    assert list(await reader.ends(TOPIC)) == [0, 2]
    assert await read(reader, 0) == []
    one, other = await read(reader, 1)
    assert one[:3] == (TOPIC, 1, 0)
    assert one[4:] == (b"key", b"a", (("h", b"\xff"),))
    assert one.timestamp_ms <= other.timestamp_ms
    assert (other.offset, other.value) == (1, b"b")


async def test_what_was_aborted_and_markers_are_no_records(
    connection: Connection, reader: KafkaReader
) -> None:
    """Also where nothing but these lies at the end: the reader must not wait for more."""
    expected: list[bytes | None] = []
    for number in range(4):
        commits = number % 2 == 0
        name = b"%d" % number
        await transact(connection, name, name * 2, commits=commits)
        expected += [name, name * 2] if commits else []
        assert values(await read(reader)) == expected
    assert list(await reader.ends(TOPIC)) == [12, 0]
    assert values(await read(reader, start=2)) == [b"2", b"22"]
    assert values(await read(reader, end=7)) == [b"0", b"00", b"2"]
    assert values(await read(reader, start=3, end=6)) == []


async def test_an_open_transaction_is_waited_for(
    connection: Connection, reader: KafkaReader
) -> None:
    await write(connection, b"before")
    async with producer(connection, "writer") as writer:
        await writer.begin_transaction()
        await writer.send_and_wait(connection.physical(TOPIC), b"open", None, 0)
        await write(connection, b"after")
        assert list(await reader.ends(TOPIC)) == [3, 0]
        reading = asyncio.create_task(read(reader))
        await asyncio.sleep(1)
        assert not reading.done()
        await writer.commit_transaction()
        assert values(await reading) == [b"before", b"open", b"after"]


async def test_one_that_stays_open_is_given_up(
    prefix: str, connection: Connection, hasty: KafkaReader
) -> None:
    async with producer(connection, "writer") as writer:
        await writer.begin_transaction()
        await writer.send_and_wait(connection.physical(TOPIC), b"open", None, 0)
        with pytest.raises(LogUnavailable, match=f"{prefix}{TOPIC}/0 from offset 0 on for 1 s"):
            await read(hasty)
        await writer.abort_transaction()
    async with open_reader(connection, 3_600) as reader:
        assert await read(reader) == []


async def test_a_slow_caller_is_no_open_transaction(
    connection: Connection, hasty: KafkaReader
) -> None:
    await write(connection, *(b"x" * 500_000 for _ in range(9)))
    found = 0
    async for chunk in hasty.records(TOPIC, 0, 0, 9):
        found += len(chunk)
        # Longer than its patience.
        await asyncio.sleep(1.2)
    assert found == 9


async def test_several_partitions_at_once(connection: Connection, reader: KafkaReader) -> None:
    for partition in (0, 1):
        await write(connection, *(b"%d" % number for number in range(50)), partition=partition)
    one, other = await asyncio.gather(read(reader, 0), read(reader, 1))
    assert [each.partition for each in one] == [0] * 50
    assert values(one) == values(other) == [b"%d" % number for number in range(50)]
    # Whoever has had enough leaves nothing behind for the next one.
    for _ in range(3):
        left = reader.records(TOPIC, 0, 0, 50)
        await anext(left)
        await left.aclose()
        assert [each.offset for each in await read(reader, 1, start=40)] == [*range(40, 50)]


async def test_committed_offsets_of_a_group(connection: Connection, reader: KafkaReader) -> None:
    assert not await reader.committed("readers", [TOPIC])
    member = connection.consumer(group_id=connection.physical("readers"))
    await member.start()
    place = TopicPartition(connection.physical(TOPIC), 1)
    member.assign([place])
    await member.commit({place: 7})
    await member.stop()
    assert await reader.committed("readers", [TOPIC]) == {(TOPIC, 1): 7}
    assert not await reader.committed("readers", ["others"])


async def test_a_topic_that_is_not_there_stays_so(
    prefix: str, connection: Connection, reader: KafkaReader
) -> None:
    for _ in range(2):
        with pytest.raises(LogUnavailable, match=f"topic {prefix}nothing is missing"):
            await reader.ends("nothing")


async def test_no_broker() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        async with open_reader(Connection("127.0.0.1:1")):
            raise AssertionError("there is none")
