"""The broker that everybody is measured on, and what is done to its topics between two runs.

Runs use topics of their own prefix. Inputs are written with the times at which they were said, so
that timers fire in a backlog as they did in life.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.stream.partitioning import partition_of
from omnistate.stream.topology import load_topology
from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from bench.mix import Said
from tests.harness.command import SOURCES, Command
from tests.harness.installation import Installation
from tests.harness.topics import count_records

INPUTS: Final = (CHANNEL_EVENTS, AGENT_ACTIONS)
# The same inputs in the same order, for peers: one topic is easier on them than two to merge.
EVERY_INPUT: Final = "every-input"
GROUP: Final = "conversation"
HEADERS: Final = [("content-type", b"application/cloudevents+json")]
BATCH_BYTES: Final = 200_000
UNSENT_MAX: Final = 64


class BrokerFixture:
    """One broker; `folder` is for logs and files."""

    def __init__(self, brokers: str, broker_pid: int, folder: Path) -> None:
        self.brokers, self.broker_pid, self.folder = brokers, broker_pid, folder

    def installation(self, prefix: str, command: Command = SOURCES) -> Installation:
        """Omnistate on the topics of a prefix; one whose log can be read by a program."""
        return Installation(self.brokers, prefix, self.folder, command=command, log_format="json")

    def lay_out(self, prefix: str, configuration: Mapping[str, Any], partitions: int) -> None:
        """The topics and the configuration, as omnistate's own commands make them."""
        self.installation(prefix).set_up(configuration, partitions)

    def load(
        self, prefix: str, said: Iterable[Said], partitions: int, *, for_peers: bool = False
    ) -> int:
        """Append inputs with their own times, for peers a second time; how many there were."""
        if for_peers:
            self.create([prefix + EVERY_INPUT], partitions)
        return asyncio.run(self._load(prefix, said, partitions, for_peers=for_peers))

    def clear(self, prefix: str, partitions: int) -> None:
        """Forget what omnistate made of the inputs; inputs and configuration stay."""
        kinds = {"output", "dead-letter", "table", "changelog"}
        topics = [topic.name for topic in load_topology().topics if topic.kind in kinds]
        asyncio.run(self._delete([prefix + topic for topic in topics]))
        self.forget(prefix, partitions)
        self.installation(prefix).lay_out(partitions)

    def forget(self, prefix: str, partitions: int) -> None:
        """Take back what omnistate's group has committed."""
        asyncio.run(self._rewind(prefix, partitions))

    def drop(self, prefix: str) -> None:
        """Delete every topic of a prefix."""
        asyncio.run(self._drop(prefix))

    def create(self, names: Collection[str], partitions: int, **settings: str) -> None:
        """Create topics for a peer."""
        asyncio.run(self._create(names, partitions, settings))

    def count(self, topics: Iterable[str]) -> int:
        """How many records a read_committed reader finds in the topics, read to their ends."""
        return asyncio.run(count_records(self.brokers, *topics))

    async def _load(
        self, prefix: str, said: Iterable[Said], partitions: int, *, for_peers: bool
    ) -> int:
        await self._stamp(prefix, "CreateTime")
        lane = _Lane(self.brokers, prefix, partitions)
        count = 0
        try:
            await lane.producer.start()
            for each in said:
                await lane.put(each)
                if for_peers:
                    await lane.put(each._replace(topic=EVERY_INPUT))
                count += 1
            await lane.flush()
        finally:
            await lane.producer.stop()
        await self._stamp(prefix, "LogAppendTime")
        return count

    async def _stamp(self, prefix: str, kind: str) -> None:
        """Whose times new records of the inputs have; those that are there keep theirs."""
        async with open_cluster(Connection(self.brokers, prefix)) as cluster:
            await cluster.alter({topic: {"message.timestamp.type": kind} for topic in INPUTS})

    async def _rewind(self, prefix: str, partitions: int) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.brokers, group_id=prefix + GROUP, enable_auto_commit=False
        )
        places = [
            TopicPartition(prefix + topic, number)
            for topic in INPUTS
            for number in range(partitions)
        ]
        consumer.assign(places)
        await consumer.start()
        try:
            await consumer.commit(dict.fromkeys(places, 0))
        finally:
            await consumer.stop()

    async def _delete(self, topics: list[str]) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.brokers)
        await admin.start()
        try:
            there = set(await admin.list_topics())
            gone = [topic for topic in topics if topic in there]
            if gone:
                await admin.delete_topics(gone)
            while set(await admin.list_topics()) & set(gone):
                await asyncio.sleep(0.1)
        finally:
            await admin.close()

    async def _drop(self, prefix: str) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.brokers)
        await admin.start()
        try:
            topics = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
        finally:
            await admin.close()
        await self._delete(topics)

    async def _create(
        self, names: Collection[str], partitions: int, settings: Mapping[str, str]
    ) -> None:
        configs = {name.replace("_", "."): value for name, value in settings.items()}
        admin = AIOKafkaAdminClient(bootstrap_servers=self.brokers)
        await admin.start()
        try:
            await admin.create_topics(
                [NewTopic(name, partitions, 1, topic_configs=configs) for name in names]
            )
            # The broker's own cache is a moment behind.
            while set(names) - set(await admin.list_topics()):
                await asyncio.sleep(0.05)
        finally:
            await admin.close()


class _Lane:
    """Batches under way to each partition of the inputs."""

    def __init__(self, brokers: str, prefix: str, partitions: int) -> None:
        self.producer = AIOKafkaProducer(
            bootstrap_servers=brokers, enable_idempotence=True, max_batch_size=BATCH_BYTES
        )
        self._prefix, self._partitions = prefix, partitions
        self._batches: dict[tuple[str, int], Any] = {}
        self._places: dict[bytes, int] = {}
        self._unsent: set[asyncio.Future[Any]] = set()

    async def put(self, said: Said) -> None:
        """Take one input."""
        number = self._places.get(said.key)
        if number is None:
            number = self._places[said.key] = partition_of(said.key, self._partitions)
        place = (said.topic, number)
        if place not in self._batches:
            self._batches[place] = self.producer.create_batch()
        if not self._append(place, said):
            await self._ship(place)
            self._batches[place] = self.producer.create_batch()
            self._append(place, said)

    def _append(self, place: tuple[str, int], said: Said) -> bool:
        added = self._batches[place].append(
            timestamp=said.at_ms, key=said.key, value=said.value, headers=HEADERS
        )
        return added is not None

    async def flush(self) -> None:
        """Send what is left, and wait until all of it is there."""
        for place in self._batches:
            await self._ship(place)
        await asyncio.gather(*self._unsent)

    async def _ship(self, place: tuple[str, int]) -> None:
        topic, number = place
        batch = self._batches[place]
        future = await self.producer.send_batch(batch, self._prefix + topic, partition=number)
        self._unsent.add(future)
        if len(self._unsent) >= UNSENT_MAX:
            await asyncio.gather(*self._unsent)
            self._unsent.clear()
