"""What is on the topics of an installation, read as a stranger would: committed records only."""

import asyncio
import json
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord


async def _read(brokers: str, topic: str) -> list[ConsumerRecord]:
    # Without a group, every partition of the topic is assigned.
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        places = list(consumer.assignment())
        ends = await consumer.end_offsets(places)
        found: list[ConsumerRecord] = []
        while behind := [each for each in places if await consumer.position(each) < ends[each]]:
            for records in (await consumer.getmany(*behind, timeout_ms=200)).values():
                found += records
        return sorted(found, key=lambda each: (each.partition, each.offset))
    finally:
        await consumer.stop()


def read_records(brokers: str, topic: str) -> list[ConsumerRecord]:
    """Every committed record of a topic, by partition and offset."""
    return asyncio.run(_read(brokers, topic))


def read_events(brokers: str, topic: str) -> list[dict[str, Any]]:
    """Every committed event of a topic, by partition and offset."""
    return [json.loads(each.value) for each in read_records(brokers, topic)]


def produce(
    brokers: str, topic: str, *records: tuple[bytes | None, bytes | None], partition: int = 0
) -> None:
    """Put records of key and value into a partition, as anybody might."""

    async def run() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=brokers, max_request_size=4_000_000)
        await producer.start()
        try:
            for key, value in records:
                await producer.send_and_wait(topic, value, key, partition)
        finally:
            await producer.stop()

    asyncio.run(run())
