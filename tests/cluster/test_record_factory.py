"""What a consumer fetches comes as our records, however it came to be fetched, on a real broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import NewTopic
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.fetching import set_record_factory
from omnistate.adapters.kafka.records.record_factory import (
    as_unpacked,
    unpack_for,
    unpack_row_for,
)
from omnistate.stream.ports import Record, Write

Put = Callable[[bytes | None], Awaitable[None]]
HEADERS = [("h", b"\xff"), ("none", None)]


@pytest.fixture
def place(prefix: str) -> TopicPartition:
    return TopicPartition(f"{prefix}things", 0)


@pytest.fixture
async def consumer(brokers: str, place: TopicPartition) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of an empty partition."""
    connection = Connection(brokers)
    admin = connection.admin()
    await admin.start()
    await admin.create_topics([NewTopic(place.topic, 1, 1)])
    await admin.close()
    async with connection.consumer() as consumer:
        consumer.assign([place])
        consumer.seek(place, 0)
        yield consumer


@pytest.fixture
async def write(brokers: str, place: TopicPartition) -> AsyncIterator[Put]:
    """Something that writes to it."""
    async with Connection(brokers).producer() as producer:

        async def put(value: bytes | None) -> None:
            await producer.send_and_wait(place.topic, value, b"key", 0, 7, headers=HEADERS)

        yield put


async def take(consumer: AIOKafkaConsumer, place: TopicPartition, count: int) -> list[Any]:
    found: list[Any] = []
    while len(found) < count:
        found += (await consumer.getmany(place, timeout_ms=5_000)).get(place, [])
    return found


async def test_records_waited_for_and_records_there(
    consumer: AIOKafkaConsumer, write: Put, place: TopicPartition
) -> None:
    unpack = unpack_for("ours", 3)
    set_record_factory(consumer, place, unpack)
    waiting = asyncio.create_task(take(consumer, place, 1))
    await asyncio.sleep(0.3)
    await write(b"v0")
    found = await waiting
    for value in (b"v1", None):
        await write(value)
    await asyncio.sleep(0.5)
    found += await take(consumer, place, 2)
    headers = tuple(HEADERS)
    expected = [
        Record("ours", 3, offset, 7, b"key", value, headers)
        for offset, value in enumerate((b"v0", b"v1", None))
    ]
    assert found == expected
    assert {type(each) for each in found} == {Record}
    assert as_unpacked(found, unpack, Record) is found
    assert await consumer.position(place) == 3


async def test_what_was_fetched_before_comes_as_it_was(
    consumer: AIOKafkaConsumer, write: Put, place: TopicPartition
) -> None:
    await write(b"v0")
    await asyncio.sleep(0.5)
    unpack = unpack_row_for("rows")
    set_record_factory(consumer, place, unpack)
    found = await take(consumer, place, 1)
    assert {type(each) for each in found} == {ConsumerRecord}
    assert as_unpacked(found, unpack, Write) == [Write("rows", b"key", b"v0")]
    await write(b"v1")
    assert await take(consumer, place, 1) == [Write("rows", b"key", b"v1")]
