"""Publishing as one: records, and offsets of a group, visible together or not at all.

Whoever starts a publication with the same name fences the one that is still at work, so two of them
never do the same thing twice.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from omnistate.adapters.kafka.admin.committed_offsets import CommittedOffset
from omnistate.adapters.kafka.clients.client_shutdown import STOP_S, disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import deadline, explained, look_at
from omnistate.stream.ports import Headers

START_TIMEOUT_S: Final = 30.0
PUBLISH_TIMEOUT_S: Final = 60.0
VISIBLE_TIMEOUT_S: Final = 10.0
RETRY_S: Final = 0.02


class Addressed(NamedTuple):
    """A record and the partition that it goes to."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Publication:
    """A transactional producer with a fixed name."""

    def __init__(self, connection: Connection, producer: AIOKafkaProducer) -> None:
        """Use a started producer; whoever started it stops it."""
        self._connection = connection
        self._producer = producer
        # Behind the last record of each partition that was written to.
        self._ends: dict[TopicPartition, int] = {}

    async def publish(
        self,
        records: Iterable[Addressed],
        group: str | None = None,
        offsets: Mapping[tuple[str, int], CommittedOffset] | None = None,
    ) -> None:
        """Make all of it visible. Raises ClusterFailure; then nothing of it is, or ever will be.

        Unless it says that the outcome is unknown: that has to be looked up by starting anew.
        """
        async with deadline(PUBLISH_TIMEOUT_S, "publishing"):
            await self._producer.begin_transaction()
            try:
                await self._send(records)
                if group is not None and offsets:
                    await self._producer.send_offsets_to_transaction(
                        {
                            TopicPartition(self._connection.physical(topic), partition): (
                                OffsetAndMetadata(*committed)
                            )
                            for (topic, partition), committed in offsets.items()
                        },
                        self._connection.physical(group),
                    )
            except BaseException:
                await self._abort()
                raise
        async with deadline(PUBLISH_TIMEOUT_S, "committing (the outcome is unknown)"):
            await self._producer.commit_transaction()

    async def await_visible(self) -> None:
        """Wait, for a while, until readers see what was published: a commit only promises it.

        It is late where a broker is, and as long as somebody else's transaction is open before it.
        """
        if not self._ends:
            return
        async with disconnecting(self._connection.consumer()) as consumer:
            with suppress(TimeoutError), explained("looking for what was published"):
                async with asyncio.timeout(VISIBLE_TIMEOUT_S):
                    await consumer.start()
                    while not await self._visible(consumer):
                        await asyncio.sleep(RETRY_S)

    async def _visible(self, consumer: AIOKafkaConsumer) -> bool:
        ends = await consumer.end_offsets(list(self._ends))
        return all(ends[place] >= end for place, end in self._ends.items())

    async def _send(self, records: Iterable[Addressed]) -> None:
        """Send batches and wait for each: a commit would not say that one of them failed."""
        acknowledgements: list[tuple[Any, int]] = []
        filling: dict[tuple[str, int], Any] = {}
        try:
            for topic, partition, key, value, headers in records:
                place = (topic, partition)
                batch = filling.get(place)
                if batch is None or not _append(batch, key, value, headers):
                    if batch is not None:
                        acknowledgements.append(await self._submit(batch, place))
                    batch = filling[place] = self._producer.create_batch()
                    _append(batch, key, value, headers)
            for place, batch in filling.items():
                acknowledgements.append(await self._submit(batch, place))
            for acknowledgement, count in acknowledgements:
                first = await acknowledgement
                self._ends[first.topic_partition] = first.offset + count
        except BaseException:
            for acknowledgement, _ in acknowledgements:
                acknowledgement.add_done_callback(look_at)
            raise

    async def _submit(self, batch: Any, place: tuple[str, int]) -> tuple[Any, int]:
        """What to wait for, and how many records it is about."""
        batch.close()
        topic, partition = place
        acknowledgement = await self._producer.send_batch(
            batch, self._connection.physical(topic), partition=partition
        )
        return acknowledgement, batch.record_count()

    async def _abort(self) -> None:
        # Fenced, or no broker: then the next one to start, or the broker's timeout, aborts it.
        with suppress(Exception):
            async with asyncio.timeout(STOP_S):
                await self._producer.abort_transaction()


def _append(batch: Any, key: bytes | None, value: bytes | None, headers: Headers) -> bool:
    """Whether there was room."""
    return batch.append(timestamp=None, key=key, value=value, headers=list(headers)) is not None


@asynccontextmanager
async def open_publication(
    connection: Connection, name: str, *, compressed: bool = False
) -> AsyncIterator[Publication]:
    """A publication of this name; a former one is fenced and what it left open is aborted."""
    made = connection.producer(
        transactional_id=connection.physical(name),
        compression_type="gzip" if compressed else None,
    )
    async with disconnecting(made) as producer:
        async with deadline(START_TIMEOUT_S, "starting a transactional producer"):
            await producer.start()
        yield Publication(connection, producer)
