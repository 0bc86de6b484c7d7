"""A reader of topics that goes on where it was, so that each look costs what has come since.

Committed records only, as any stranger would see them. It knows no meaning of what it reads.
"""

from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from tests.chaos.journal import Place


class Reader:
    """Connected from entry to exit, over and over; what it has read it remembers."""

    def __init__(self, brokers: str, prefix: str, partitions: int) -> None:
        self._brokers = brokers
        self._prefix = prefix
        self._partitions = partitions
        self._consumer: AIOKafkaConsumer | None = None
        self._next: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._brokers,
            isolation_level="read_committed",
            enable_auto_commit=False,
            retry_backoff_ms=50,
        )
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
        ends = await consumer.end_offsets(places)
        while left := [each for each in places if await consumer.position(each) < ends[each]]:
            for partition, records in (await consumer.getmany(*left, timeout_ms=200)).items():
                topic = partition.topic.removeprefix(self._prefix)
                for record in records:
                    yield (topic, partition.partition), record
        for place in places:
            self._next[place] = await consumer.position(place)

    def next_offset(self, place: Place) -> int:
        """The offset behind all that was read, markers of transactions included."""
        topic, number = place
        return self._next.get(TopicPartition(self._prefix + topic, number), 0)
