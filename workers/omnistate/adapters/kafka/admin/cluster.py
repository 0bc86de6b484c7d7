"""A cluster's topics as they are, and the changes that commands make to them.

It deletes nothing and decides nothing: what should be there, the caller says. Names are ours, that
is without the prefix. It never asks for a topic in a way that would make a broker create it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from omnistate.adapters.kafka.admin.access import Permission
from omnistate.adapters.kafka.admin.committed_offsets import (
    CommittedOffset,
    count_members,
    fetch_committed,
)
from omnistate.adapters.kafka.admin.differences import MissingTopic, TopicState
from omnistate.adapters.kafka.admin.permissions import find_denied, find_denied_views
from omnistate.adapters.kafka.admin.readiness import Readiness, judge
from omnistate.adapters.kafka.clients.bootstrap_failure import explain_bootstrap, listening
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import (
    ClusterFailure,
    ClusterRefusal,
    Unreachable,
    deadline,
    failure_of,
)
from omnistate.adapters.kafka.internals.requests import alter_configs, fetch_metadata
from omnistate.adapters.kafka.internals.topic_ids import fetch_topic_ids
from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Group

CONNECT_TIMEOUT_S: Final = 10.0
REQUEST_TIMEOUT_S: Final = 30.0
OFFSETS_RETENTION_MINUTES: Final = 10_080  # Kafka's default

_UNKNOWN_TOPIC: Final = 3
_INVALID_REPLICATION_FACTOR: Final = 38
_TOPIC_EXISTS: Final = 36


@asynccontextmanager
async def open_cluster(
    connection: Connection, timeout_s: float = CONNECT_TIMEOUT_S
) -> AsyncIterator["Cluster"]:
    """The cluster behind the connection. Raises Unreachable or ClusterRefusal."""
    async with disconnecting(connection.admin()) as admin:
        with listening() as reasons:
            try:
                async with asyncio.timeout(timeout_s):
                    await admin.start()
            except TimeoutError:
                raise Unreachable(
                    f"no Kafka broker answers at {connection.brokers} within {timeout_s:g} s"
                ) from None
            except (KafkaError, OSError):
                raise explain_bootstrap(connection.brokers, reasons) from None
        yield Cluster(connection, admin)


class Cluster:
    """The topics of one installation on one cluster. Every method may raise ClusterFailure."""

    def __init__(self, connection: Connection, admin: AIOKafkaAdminClient) -> None:
        """Use a started admin client; whoever started it closes it."""
        self.connection = connection
        self._admin = admin

    async def describe(self, names: Iterable[str]) -> dict[str, TopicState]:
        """The topics of these names as they are, without those that are not there."""
        async with deadline(REQUEST_TIMEOUT_S, "describing topics"):
            shapes = await self._shapes(names)
            settings = await self._settings(ConfigResourceType.TOPIC, shapes)
        return {
            name: TopicState(partitions, factor, settings[name])
            for name, (partitions, factor) in shapes.items()
            if name in settings
        }

    async def missing_or_wrong(self, topology: Topology, group: str) -> Readiness:
        """Whether a worker's topics can be used: the first problem in a line, and the counts."""
        return await self.readiness(topology, topology.group(group).topics, group)

    async def readiness(
        self, topology: Topology, names: Iterable[str], group: str = ""
    ) -> Readiness:
        """Whether these topics can be used together (by `group`), and their partition counts."""
        wanted, consumed = tuple(names), topology.group(group).consumes if group else ()
        found = await self.describe(wanted)
        return judge(topology, wanted, found, self.connection.physical, consumed)

    async def check_permissions(self, group: Group) -> None:
        """Raise ClusterRefusal that names what a worker of this group needs and may not."""
        async with deadline(REQUEST_TIMEOUT_S, "asking for permissions"):
            denied = await find_denied(self._admin, group, self.connection.physical)
        self._refuse(denied)

    async def check_views(self, permissions: Iterable[Permission]) -> None:
        """Raise ClusterRefusal that names what is denied of topics, and of looking at groups."""
        async with deadline(REQUEST_TIMEOUT_S, "asking for permissions"):
            denied = await find_denied_views(self._admin, permissions, self.connection.physical)
        self._refuse(denied)

    def _refuse(self, denied: Sequence[str]) -> None:
        if denied:
            who = f"user {self.connection.credentials.username() or 'ANONYMOUS'}"
            raise ClusterRefusal(f"Kafka does not permit {who} what it needs: {'; '.join(denied)}")

    async def create(self, topics: Iterable[MissingTopic], *, only_try: bool = False) -> None:
        """Create topics; one that somebody else created meanwhile is nothing to complain of."""
        new = [
            NewTopic(
                self.connection.physical(topic.topic),
                topic.partitions,
                topic.replication_factor,
                topic_configs=dict(topic.config),
            )
            for topic in topics
        ]
        async with deadline(REQUEST_TIMEOUT_S, "creating topics"):
            response = await self._admin.create_topics(new, validate_only=only_try)
            brokers = len((await fetch_metadata(self._admin, [])).brokers)
        for name, code, message in response.topic_errors:
            if code == _INVALID_REPLICATION_FACTOR:
                raise ClusterRefusal(
                    f"topic {name}: the replication factor is more than the cluster has brokers: "
                    f"omnistate topics apply --replication-factor {brokers}"
                )
            if code not in {0, _TOPIC_EXISTS}:
                raise failure_of(f"topic {name}", code, message)

    async def alter(
        self, settings: Mapping[str, Mapping[str, str]], *, only_try: bool = False
    ) -> None:
        """Change these settings of these topics, and no other setting."""
        named = {self.connection.physical(name): own for name, own in settings.items()}
        async with deadline(REQUEST_TIMEOUT_S, "altering settings"):
            response = await alter_configs(self._admin, named, validate_only=only_try)
        for code, message, _, name in response.resources:
            if code:
                raise failure_of(f"topic {name}", code, message)

    async def grow(self, counts: Mapping[str, int]) -> None:
        """Give topics more partitions."""
        named = {self.connection.physical(name): NewPartitions(n) for name, n in counts.items()}
        async with deadline(REQUEST_TIMEOUT_S, "adding partitions"):
            await self._admin.create_partitions(named)

    async def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """Let a partition begin at an offset: what lies before it is gone."""
        place = TopicPartition(self.connection.physical(topic), partition)
        async with deadline(REQUEST_TIMEOUT_S, f"deleting what is before {place}"):
            await self._admin.delete_records({place: RecordsToDelete(offset)})

    async def committed(self, group: str) -> dict[tuple[str, int], CommittedOffset]:
        """What a group of ours has committed, by topic and partition."""
        return await fetch_committed(self._admin, self.connection, group)

    async def members(self, group: str) -> int:
        """How many members a group of ours has now."""
        return await count_members(self._admin, self.connection, group)

    async def topic_ids(self, names: Iterable[str]) -> dict[str, str]:
        """What tells each topic from another one of the same name.

        Without those that are not there; empty where the brokers know no such ids.
        """
        wanted = [self.connection.physical(name) for name in names]
        async with deadline(REQUEST_TIMEOUT_S, "asking for the ids of topics"):
            found = await fetch_topic_ids(self._admin, wanted)
        for topic, (code, _) in found.items():
            if code not in {0, _UNKNOWN_TOPIC}:
                raise failure_of(f"topic {topic}", code)
        ids = {
            self.connection.logical(topic): id_ for topic, (code, id_) in found.items() if not code
        }
        # All zeros: of a cluster that is older than ids, on newer brokers.
        return {topic: id_ for topic, id_ in ids.items() if id_.strip("A")}

    async def offsets_retention_ms(self) -> int:
        """How long the cluster keeps the offsets of a group without members."""
        minutes: str | None = None
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                broker = str((await fetch_metadata(self._admin, [])).brokers[0][0])
                own = await self._settings(ConfigResourceType.BROKER, [broker])
            minutes = own[broker].get("offsets.retention.minutes")
        except (ClusterFailure, KafkaError, OSError):
            # Many may not look at a broker's settings; the default is near enough.
            minutes = None
        return int(minutes or OFFSETS_RETENTION_MINUTES) * 60_000

    async def _shapes(self, names: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Partition count and smallest replication factor of the topics that are there."""
        wanted = [self.connection.physical(name) for name in names]
        response = await fetch_metadata(self._admin, wanted)
        shapes = {}
        for code, topic, _, partitions in response.topics:
            if code == _UNKNOWN_TOPIC:
                continue
            if code:
                raise failure_of(f"topic {topic}", code)
            factors = [len(replicas) for _, _, _, replicas, *_ in partitions]
            shapes[self.connection.logical(topic)] = (len(partitions), min(factors, default=0))
        return shapes

    async def _settings(
        self, kind: ConfigResourceType, names: Iterable[str]
    ) -> dict[str, dict[str, str | None]]:
        """Every setting in force for these topics of ours that are there, or these brokers."""
        topics = kind is ConfigResourceType.TOPIC
        resources = [
            ConfigResource(kind, self.connection.physical(name) if topics else name)
            for name in names
        ]
        settings = {}
        for response in await self._admin.describe_configs(resources) if resources else ():
            for code, message, _, name, entries in response.resources:
                # Deleted since the metadata told its shape.
                if topics and code == _UNKNOWN_TOPIC:
                    continue
                if code:
                    raise failure_of(name, code, message)
                own = self.connection.logical(name) if topics else name
                settings[own] = {key: text for key, text, *_ in entries}
        return settings
