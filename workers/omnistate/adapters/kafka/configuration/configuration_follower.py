"""The configuration topics, followed: one Directory that is always what was published last.

Records are applied one by one, between two awaits of whoever uses the directory. A record that
cannot be used changes nothing and is reported; it never stops a worker.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, NamedTuple

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError
from omnistate_schemas.configuration import (
    CapacityProfile,
    Configuration,
    Representative,
    Workstream,
)
from omnistate_schemas.registry import CONFIGURATION

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.client_shutdown import disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure, deadline, explained
from omnistate.adapters.kafka.configuration.configuration_topics import (
    READ_TIMEOUT_S,
    UnusableObject,
    decode_key,
    decode_object,
)
from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.adapters.kafka.records.backlog import read_backlog
from omnistate.adapters.kafka.records.told_offsets import ToldOffsets
from omnistate.core.directory import Directory

POLL_MS: Final = 1_000


class UnusableRecord(NamedTuple):
    """What changes nothing, and why; `key` is a readable form of it, never the value."""

    topic: str
    partition: int
    offset: int
    key: str
    problem: str


Report = Callable[[UnusableRecord], None]


class ConfigurationFollower:
    """`start` reads the topics to their end, `run` follows them for ever, `stop` ends it.

    `directory` is the same object all along. The consumer needs no group: each worker reads all.
    """

    def __init__(
        self, connection: Connection, report: Report, topics: Iterable[str] = tuple(CONFIGURATION)
    ) -> None:
        """`topics` are the group's `follows`; those without a place in a directory do no harm."""
        self.directory = Directory()
        self._connection = connection
        self._topics = tuple(topics)
        self._report = report
        self._consumer: CheckedConsumer | None = None
        # A start may be tried more than once.
        self._told = ToldOffsets()

    async def start(self) -> None:
        """Return when the directory is what is published. Raises ClusterFailure; then try again."""
        await self.stop()
        async with open_cluster(self._connection) as cluster:
            found = await cluster.describe(self._topics)
        missing = [topic for topic in self._topics if topic not in found]
        if missing:
            raise ClusterFailure(f"topic {self._connection.physical(missing[0])} is missing")
        # Not subscribed: a glimpse of metadata without a topic would send us back to its start.
        places = [
            place
            for topic in self._topics
            for place in self._connection.partitions(topic, found[topic].partitions)
        ]
        self._consumer = self._connection.consumer()
        self._consumer.on_unreadable = self._pass_over
        async with deadline(READ_TIMEOUT_S, "reading the configuration topics"):
            await self._consumer.start()
            async for record in read_backlog(self._consumer, places):
                self._apply(record)

    async def run(self) -> None:
        """Apply what is published until stopped. Raises ClusterFailure where waiting is no use.

        While there is no broker it waits: the consumer connects again by itself.
        """
        assert self._consumer is not None
        consumer = self._consumer
        with explained("following the configuration topics"), suppress(ConsumerStoppedError):
            while True:
                fetched = await consumer.getmany(timeout_ms=POLL_MS)
                for records in fetched.values():
                    for record in records:
                        self._apply(record)

    async def stop(self) -> None:
        """End the consumer; may be called at any time, and again."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await disconnect(consumer)

    def _pass_over(self, place: TopicPartition, batch: UnreadableBatch) -> None:
        """What was published before counts."""
        topic = self._connection.logical(place.topic)
        problem = f"{batch.offsets} cannot be read: {batch.reason}"
        unusable = UnusableRecord(topic, place.partition, batch.offset, "", problem)
        self._tell(unusable, batch=True)

    def _apply(self, record: ConsumerRecord) -> None:
        topic = self._connection.logical(record.topic)
        try:
            id_ = decode_key(record.key)
            configured = None if record.value is None else decode_object(topic, record.value)
        except UnusableObject as error:
            place, key = (topic, record.partition, record.offset), _readable(record.key)
            self._tell(UnusableRecord(*place, key, str(error)))
        else:
            self._put(topic, id_, configured)

    def _tell(self, unusable: UnusableRecord, *, batch: bool = False) -> None:
        """Once."""
        if self._told.take(unusable.topic, unusable.partition, unusable.offset, batch=batch):
            self._report(unusable)

    def _put(self, topic: str, id_: str, configured: Configuration | None) -> None:
        match topic, configured:
            case "workstreams", Workstream() | None:
                self.directory.put_workstream(id_, configured)
            case "capacity-profiles", CapacityProfile() | None:
                self.directory.put_profile(id_, configured)
            case "representatives", Representative() | None:
                self.directory.put_representative(id_, configured)


def _readable(key: bytes | None) -> str:
    return "" if key is None else ascii(key.decode(errors="replace"))[1:-1][:256]
