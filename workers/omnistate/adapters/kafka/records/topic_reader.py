"""Reads topics of a cluster from one offset to another, committed records only.

It joins no group, commits nothing and creates nothing; what the records mean is its caller's
business. Topics are named as in topics.yaml, without the prefix.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import TopicPartition

from omnistate.adapters.kafka.admin.cluster import Cluster, open_cluster
from omnistate.adapters.kafka.clients.client_shutdown import disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import translated
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.adapters.kafka.records.record_factory import unpack_for
from omnistate.adapters.kafka.records.stand_ins import stand_in_for
from omnistate.stream.ports import LogHeldUp, LogRefusal, Record

# Longer than a transaction may stay open that nobody ends.
PATIENCE_S: Final = 60.0
POLL_MS: Final = 100
PARTITION_FETCH_BYTES: Final = 2_097_152
# A fetch at the end of a partition must not keep the next partition waiting.
FETCH_WAIT_MS: Final = 10


@asynccontextmanager
async def open_reader(
    connection: Connection, patience_s: float = PATIENCE_S
) -> AsyncIterator["KafkaReader"]:
    """A reader of the cluster behind the connection. Raises Unreachable."""
    async with open_cluster(connection) as cluster:
        reader = KafkaReader(connection, cluster, patience_s)
        try:
            yield reader
        finally:
            await reader.close()


class KafkaReader:
    """Any number of partitions may be read at once; each has a consumer while it is read.

    Every method raises LogUnavailable where the cluster cannot answer.
    """

    def __init__(self, connection: Connection, cluster: Cluster, patience_s: float) -> None:
        """`patience_s` is how long an open transaction may hold a reader back."""
        self._connection = connection
        self._cluster = cluster
        self._patience_s = patience_s
        self._counts: dict[str, int] = {}
        self._idle: list[CheckedConsumer] = []
        self._consumers: list[CheckedConsumer] = []
        # Asks for ends as they are written, not as they are committed.
        self._asker: CheckedConsumer | None = None

    async def close(self) -> None:
        """End every consumer."""
        consumers, self._consumers, self._idle = self._consumers, [], []
        await asyncio.gather(*(disconnect(each) for each in consumers))

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has."""
        if topic not in self._counts:
            with translated():
                found = await self._cluster.describe([topic])
            if topic not in found:
                name = self._connection.physical(topic)
                raise LogRefusal(f"topic {name} is missing: run omnistate topics apply")
            self._counts[topic] = found[topic].partitions
        return self._counts[topic]

    async def beginnings(self, topic: str) -> Sequence[int]:
        """The first offset that each partition still has."""
        places = await self._places(topic)
        asker = await self._open_asker()
        with translated():
            found = await asker.beginning_offsets(places)
        return [found[place] for place in places]

    async def ends(self, topic: str) -> Sequence[int]:
        """The offset after the last record of each partition, whether it is committed or not."""
        places = await self._places(topic)
        asker = await self._open_asker()
        with translated():
            found = await asker.end_offsets(places)
        return [found[place] for place in places]

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        """The committed records from `start` to before `end`, as they were fetched.

        An UnreadableRecord, the last of its chunk, stands for a batch that nobody can read.

        Waits for open transactions before `end`, and raises LogUnavailable where one stays open.
        """
        if start >= end:
            return
        place = TopicPartition(self._connection.physical(topic), partition)
        consumer = self._idle.pop() if self._idle else await self._open("read_committed")
        consumer.assign([place])
        consumer.seek(place, start)
        unpack = unpack_for(topic, partition)
        try:
            loop = asyncio.get_running_loop()
            waiting_since_s = loop.time()
            # Markers and aborted records move the position, but are no records.
            while start < end:
                with translated():
                    found = await consumer.getmany(place, timeout_ms=POLL_MS)
                    position = await consumer.position(place)
                if position > start:
                    start, waiting_since_s = position, loop.time()
                elif loop.time() - waiting_since_s > self._patience_s:
                    raise LogHeldUp(
                        f"nothing can be read of {place.topic}/{partition} from offset {start} on "
                        f"for {self._patience_s:g} s: a transaction there stays open, or the "
                        "partition has no leader"
                    )
                chunk = [unpack(None, each) for each in found.get(place, ()) if each.offset < end]
                batch = consumer.unreadable.pop(place, None)
                if batch is not None and batch.offset < end:
                    chunk.append(stand_in_for(batch, topic, partition))
                if chunk:
                    yield chunk
                    waiting_since_s = loop.time()
        finally:
            consumer.pause(place)
            self._idle.append(consumer)

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[tuple[str, int], int]:
        """What the group has committed, by topic and partition."""
        with translated():
            found = await self._cluster.committed(group)
        return {place: each.offset for place, each in found.items() if place[0] in topics}

    async def _places(self, topic: str) -> list[TopicPartition]:
        return self._connection.partitions(topic, await self.partitions(topic))

    async def _open_asker(self) -> CheckedConsumer:
        if self._asker is None:
            self._asker = await self._open("read_uncommitted")
        return self._asker

    async def _open(self, isolation_level: str) -> CheckedConsumer:
        consumer = self._connection.consumer(
            isolation_level=isolation_level,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )
        self._consumers.append(consumer)
        with translated():
            await consumer.start()
        return consumer
