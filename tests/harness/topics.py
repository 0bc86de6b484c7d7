"""What is on topics, read as a stranger would: committed records only; and records put there.

It knows no meaning of what it reads and writes.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Any, NamedTuple, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

# Topic without its prefix, and partition.
Place = tuple[str, int]
Headers = tuple[tuple[str, bytes | None], ...]
WAIT_MS = 200


def _consumer(brokers: str, *topics: str) -> AIOKafkaConsumer:
    # Without a group, every partition of the topics is assigned.
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        retry_backoff_ms=50,
    )


async def read_to_ends(
    consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]
) -> AsyncIterator[tuple[TopicPartition, list[ConsumerRecord]]]:
    """What lies from its positions to where the partitions end now, as it comes."""
    places = list(places)
    ends = await consumer.end_offsets(places)
    while left := [each for each in places if await consumer.position(each) < ends[each]]:
        for place, records in (await consumer.getmany(*left, timeout_ms=WAIT_MS)).items():
            yield place, records


async def count_records(brokers: str, *topics: str) -> int:
    """How many committed records topics have that exist."""
    async with _consumer(brokers, *topics) as consumer:
        found = read_to_ends(consumer, consumer.assignment())
        return sum([len(records) async for _, records in found])


async def read_records(brokers: str, *topics: str) -> list[ConsumerRecord]:
    """Every committed record of topics that exist, topic by topic, by partition and offset."""
    async with _consumer(brokers, *topics) as consumer:
        found = read_to_ends(consumer, consumer.assignment())
        records = [record async for _, part in found for record in part]
    return sorted(records, key=lambda each: (topics.index(each.topic), each.partition, each.offset))


async def read_events(brokers: str, topic: str) -> list[dict[str, Any]]:
    """Every committed event of a topic, by partition and offset."""
    return [json.loads(each.value) for each in await read_records(brokers, topic)]


class TopicReader:
    """Connected from entry to exit, over and over; each look costs what has come since the last."""

    def __init__(self, brokers: str, prefix: str, partitions: int) -> None:
        self._brokers = brokers
        self._prefix = prefix
        self._partitions = partitions
        self._consumer: AIOKafkaConsumer | None = None
        self._next: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        self._consumer = _consumer(self._brokers)
        await self._consumer.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def read_on(self, topics: Iterable[str]) -> AsyncIterator[tuple[Place, ConsumerRecord]]:
        """What has been committed to these topics since they were read last, up to now."""
        consumer = self._consumer
        if consumer is None:
            raise RuntimeError("this reader is not connected")
        places = [
            TopicPartition(self._prefix + topic, number)
            for topic in sorted(set(topics))
            for number in range(self._partitions)
        ]
        consumer.assign(places)
        for place in places:
            consumer.seek(place, self._next.get(place, 0))
        async for place, records in read_to_ends(consumer, places):
            for record in records:
                yield (place.topic.removeprefix(self._prefix), place.partition), record
        for place in places:
            self._next[place] = await consumer.position(place)

    def next_offset(self, place: Place) -> int:
        """The offset behind all that was read, markers of transactions included."""
        topic, number = place
        return self._next.get(TopicPartition(self._prefix + topic, number), 0)


class Written(NamedTuple):
    """A record to write, be it no event at all; without `partition` it goes where its key says."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None
    headers: Headers = ()
    timestamp_ms: int | None = None


async def write(brokers: str, *records: Written) -> None:
    """Put records on their topics, as anybody might; those of a partition in their order."""
    async with AIOKafkaProducer(
        bootstrap_servers=brokers,
        enable_idempotence=True,
        max_request_size=4_000_000,
        max_batch_size=4_000_000,
    ) as producer:
        await asyncio.gather(*[await _send(producer, record) for record in records])


async def _send(producer: AIOKafkaProducer, record: Written) -> "asyncio.Future[Any]":
    topic, key, value, partition, headers, timestamp_ms = record
    if partition is None:
        sent = await producer.send(
            topic, value, key, timestamp_ms=timestamp_ms, headers=list(headers)
        )
    else:
        # A batch takes what `send` refuses: neither key nor value, or too much for one.
        batch = producer.create_batch()
        batch.append(timestamp=timestamp_ms, key=key, value=value, headers=list(headers))
        sent = await producer.send_batch(batch, topic, partition=partition)
    future: asyncio.Future[Any] = sent
    return future
