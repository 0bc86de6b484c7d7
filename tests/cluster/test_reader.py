"""The reader that audits use, on a real broker: committed records, in order, to the very end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
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
Scenario = Callable[[Connection, KafkaReader], Awaitable[None]]


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


def run(brokers: str, prefix: str, scenario: Scenario, patience_s: float = 10) -> None:
    """The scenario, with a topic of two partitions."""

    async def within() -> None:
        connection = Connection(brokers, prefix)
        admin = connection.admin()
        await admin.start()
        await admin.create_topics([NewTopic(connection.physical(TOPIC), 2, 1)])
        await admin.close()
        async with open_reader(connection, patience_s) as reader:
            await scenario(connection, reader)

    asyncio.run(within())


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


def test_records_are_as_they_were_written(brokers: str, prefix: str) -> None:
    async def scenario(connection: Connection, reader: KafkaReader) -> None:
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

    run(brokers, prefix, scenario)


def test_what_was_aborted_and_markers_are_no_records(brokers: str, prefix: str) -> None:
    """Also where nothing but these lies at the end: the reader must come to it, and soon."""

    async def scenario(connection: Connection, reader: KafkaReader) -> None:
        began_s = asyncio.get_running_loop().time()
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
        assert asyncio.get_running_loop().time() - began_s < 30

    run(brokers, prefix, scenario)


def test_an_open_transaction_is_waited_for(brokers: str, prefix: str) -> None:
    async def scenario(connection: Connection, reader: KafkaReader) -> None:
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

    run(brokers, prefix, scenario)


def test_one_that_stays_open_is_given_up(brokers: str, prefix: str) -> None:
    async def scenario(connection: Connection, reader: KafkaReader) -> None:
        async with producer(connection, "writer") as writer:
            await writer.begin_transaction()
            await writer.send_and_wait(connection.physical(TOPIC), b"open", None, 0)
            with pytest.raises(LogUnavailable, match=f"{prefix}{TOPIC}/0 from offset 0 on for 1 s"):
                await read(reader)
            await writer.abort_transaction()
        assert await read(reader) == []

    run(brokers, prefix, scenario, patience_s=1)


def test_a_slow_caller_is_no_open_transaction(brokers: str, prefix: str) -> None:
    async def scenario(connection: Connection, reader: KafkaReader) -> None:
        await write(connection, *(b"x" * 500_000 for _ in range(9)))
        found = 0
        async for chunk in reader.records(TOPIC, 0, 0, 9):
            found += len(chunk)
            await asyncio.sleep(1.2)
        assert found == 9

    run(brokers, prefix, scenario, patience_s=1)


def test_several_partitions_at_once(brokers: str, prefix: str) -> None:
    async def scenario(connection: Connection, reader: KafkaReader) -> None:
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

    run(brokers, prefix, scenario)


def test_committed_offsets_of_a_group(brokers: str, prefix: str) -> None:
    async def scenario(connection: Connection, reader: KafkaReader) -> None:
        assert not await reader.committed("readers", [TOPIC])
        member = connection.consumer(group_id=connection.physical("readers"))
        await member.start()
        place = TopicPartition(connection.physical(TOPIC), 1)
        member.assign([place])
        await member.commit({place: 7})
        await member.stop()
        assert await reader.committed("readers", [TOPIC]) == {(TOPIC, 1): 7}
        assert not await reader.committed("readers", ["others"])

    run(brokers, prefix, scenario)


def test_a_topic_that_is_not_there_stays_so(brokers: str, prefix: str) -> None:
    async def scenario(connection: Connection, reader: KafkaReader) -> None:
        for _ in range(2):
            with pytest.raises(LogUnavailable, match=f"topic {prefix}nothing is missing"):
                await reader.ends("nothing")

    run(brokers, prefix, scenario)


def test_no_broker() -> None:
    async def scenario() -> None:
        async with open_reader(Connection("127.0.0.1:1")):
            raise AssertionError("there is none")

    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        asyncio.run(scenario())
