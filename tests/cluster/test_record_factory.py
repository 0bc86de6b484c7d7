"""What a consumer fetches comes as our records, however it came to be fetched, on a real broker."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import NewTopic
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker.record_factory import (
    as_unpacked,
    unpack_for,
    unpack_row_for,
    unpack_with,
)
from omnistate.stream.ports import Record, Write

Scenario = Callable[[AIOKafkaConsumer, Any, TopicPartition], Awaitable[None]]
HEADERS = [("h", b"\xff"), ("none", None)]


def run(brokers: str, prefix: str, scenario: Scenario) -> None:
    """The scenario, with a consumer of an empty partition and something that writes to it."""

    async def within() -> None:
        connection = Connection(brokers, prefix)
        place = TopicPartition(connection.physical("things"), 0)
        admin, consumer = connection.admin(), connection.consumer()
        producer = connection.producer()
        await admin.start()
        await admin.create_topics([NewTopic(place.topic, 1, 1)])
        await admin.close()
        await consumer.start()
        await producer.start()

        async def write(value: bytes | None) -> None:
            await producer.send_and_wait(place.topic, value, b"key", 0, 7, headers=HEADERS)

        try:
            consumer.assign([place])
            consumer.seek(place, 0)
            await scenario(consumer, write, place)
        finally:
            await producer.stop()
            await consumer.stop()

    asyncio.run(within())


async def take(consumer: AIOKafkaConsumer, place: TopicPartition, count: int) -> list[Any]:
    found: list[Any] = []
    while len(found) < count:
        found += (await consumer.getmany(place, timeout_ms=5_000)).get(place, [])
    return found


def test_records_waited_for_and_records_there(brokers: str, prefix: str) -> None:
    async def scenario(consumer: AIOKafkaConsumer, write: Any, place: TopicPartition) -> None:
        unpack = unpack_for("ours", 3)
        unpack_with(consumer, place, unpack)
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

    run(brokers, prefix, scenario)


def test_what_was_fetched_before_comes_as_it_was(brokers: str, prefix: str) -> None:
    async def scenario(consumer: AIOKafkaConsumer, write: Any, place: TopicPartition) -> None:
        await write(b"v0")
        await asyncio.sleep(0.5)
        unpack = unpack_row_for("rows")
        unpack_with(consumer, place, unpack)
        found = await take(consumer, place, 1)
        assert {type(each) for each in found} == {ConsumerRecord}
        assert as_unpacked(found, unpack, Write) == [Write("rows", b"key", b"v0")]
        await write(b"v1")
        assert await take(consumer, place, 1) == [Write("rows", b"key", b"v1")]

    run(brokers, prefix, scenario)
