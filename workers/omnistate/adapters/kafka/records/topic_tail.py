"""The newest committed records of whole topics, as somebody beside the engine reads them.

It joins no group and commits nothing; what was there before it started it does not see.
"""

from collections.abc import Iterable
from typing import Self

from aiokafka import AIOKafkaConsumer

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.client_shutdown import disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import explained
from omnistate.adapters.kafka.records.record_factory import record_of
from omnistate.stream.ports import Record


class Tail:
    """`async with Tail(...) as tail`, then `poll` again and again."""

    def __init__(self, connection: Connection, topics: Iterable[str]) -> None:
        """Topics by our names."""
        self._connection = connection
        self._topics = tuple(topics)
        self._consumer: AIOKafkaConsumer = connection.consumer(fetch_max_wait_ms=50)

    async def __aenter__(self) -> Self:
        """Connect, and stand at the end of every partition. Raises ClusterFailure."""
        try:
            await self._connect()
        except BaseException:
            await disconnect(self._consumer)
            raise
        return self

    async def _connect(self) -> None:
        async with open_cluster(self._connection) as cluster:
            shapes = await cluster.describe(self._topics)
        places = [
            place
            for topic, shape in shapes.items()
            for place in self._connection.partitions(topic, shape.partitions)
        ]
        with explained("reading outputs"):
            await self._consumer.start()
            self._consumer.assign(places)
            for place, offset in (await self._consumer.end_offsets(places)).items():
                self._consumer.seek(place, offset)

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await disconnect(self._consumer)

    async def poll(self, wait_ms: int) -> list[Record]:
        """What has been committed since, in the order of its times. Raises ClusterFailure."""
        with explained("reading outputs"):
            fetched = await self._consumer.getmany(timeout_ms=wait_ms)
        records = [
            record_of(self._connection.logical(each.topic), each.partition, each)
            for found in fetched.values()
            for each in found
        ]
        return sorted(records, key=lambda record: record.timestamp_ms)
