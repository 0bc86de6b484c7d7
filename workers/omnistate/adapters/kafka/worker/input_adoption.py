"""On with an input topic that was made anew, or cut short: from where the worker stood, no lower.

No offset of an input is used twice, since outputs are named after them. So a partition that ends
before the worker's position is filled up to it with empty records, and whatever lies before the
position is deleted: the topic then begins where the worker goes on. Position, group offset and the
dead letter that names what was passed over are one transaction, as the partition's owner would
write them, who is fenced. Doing it again does no harm.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition

from omnistate.adapters.kafka.admin.cluster import Cluster, open_cluster
from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure, translated
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.adapters.kafka.worker.fencing_producer import start_producer
from omnistate.adapters.kafka.worker.input_skip import NotSkippable, Place, last_position
from omnistate.adapters.kafka.worker.kafka_transaction import KafkaTransaction, OutputLayout
from omnistate.adapters.kafka.worker.positioning import LogBounds
from omnistate.stream.cloudevents import encode_dead_letter, put_unreadable_aside
from omnistate.stream.ports import DeletedRecords, Fenced, LogUnavailable, Write
from omnistate.stream.position import (
    FILLER,
    POSITION_KEY,
    POSITIONS,
    Position,
    encode_position,
    find_remade,
)
from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Group

# So many empty records are under way before they are waited for.
FILLED_AT_ONCE: Final = 10_000


class Adoption(NamedTuple):
    """One partition: where it goes on, and how many offsets of the topic before that are gone."""

    place: Place
    passed: int


async def adopt_topic(
    connection: Connection, topology: Topology, group: Group, topic: str
) -> AsyncIterator[Adoption]:
    """Each partition that was not of this topic yet, once it is.

    Raises ClusterFailure; what was told of by then is done.
    """
    async with open_cluster(connection) as cluster:
        readiness = await cluster.missing_or_wrong(topology, group.name)
        if readiness.problem is not None:
            raise ClusterFailure(readiness.problem)
        topic_ids = await cluster.topic_ids([topic])
        ends = EndOffsets(connection)
        try:
            await ends.start()
            for number in range(readiness.partitions[topic]):
                layout = OutputLayout(
                    group.name, number, group.tables, readiness.partitions, connection.physical
                )
                adoption = _Adoption(connection, cluster, ends, group, layout)
                found = await adoption.run(topic, topic_ids)
                if found is not None:
                    yield found
        except LogUnavailable as error:
            raise ClusterFailure(str(error)) from None
        finally:
            await ends.stop()


class _Adoption:
    """Of one partition."""

    def __init__(
        self,
        connection: Connection,
        cluster: Cluster,
        ends: EndOffsets,
        group: Group,
        layout: OutputLayout,
    ) -> None:
        self._connection = connection
        self._cluster = cluster
        self._ends = ends
        self._group = group
        self._layout = layout

    async def run(self, topic: str, topic_ids: dict[str, str]) -> Adoption | None:
        """What was done; None where there was nothing to do. Raises ClusterFailure."""
        layout = self._layout
        place = Place(topic, layout.number, 0)
        try:
            # A worker at work is not disturbed.
            if not await self._is_due(await self._position(place), place, topic_ids):
                return None
            name = f"{layout.group}-{layout.number}"
            timeout_ms = self._group.transaction_timeout_ms
            producer = await start_producer(self._connection, name, timeout_ms)
            try:
                # Nobody else moves it from here on.
                return await self._run(producer, await self._position(place), place, topic_ids)
            finally:
                await disconnect(producer, LEAVE_S)
        except NotSkippable:
            # No worker has taken it over yet: it will begin with this topic.
            return None
        except Fenced:
            raise ClusterFailure("a worker took the partition over meanwhile: try again") from None

    async def _position(self, place: Place) -> Position:
        return await last_position(self._connection, self._group, place)

    async def _is_due(self, position: Position, place: Place, topic_ids: dict[str, str]) -> bool:
        topic = place.topic
        end = (await self._bounds(place)).end
        remade = find_remade(position, topic_ids) == topic
        return remade or position.offsets.get(topic, 0) > end

    async def _run(
        self,
        producer: AIOKafkaProducer,
        position: Position,
        place: Place,
        topic_ids: dict[str, str],
    ) -> Adoption:
        offset = position.offsets.get(place.topic, 0)
        bounds = await self._bounds(place)
        await self._fill(place, offset)
        if bounds.beginning < offset:
            await self._cluster.delete_before(place.topic, place.partition, offset)
        passed = max(0, min(offset, bounds.end) - bounds.beginning)
        gap = None
        if passed:
            where = place.topic, place.partition
            gap = DeletedRecords.between(where, bounds.beginning, bounds.beginning + passed)
        await self._commit(producer, position, topic_ids, gap)
        return Adoption(place._replace(offset=offset), passed)

    def _where(self, place: Place) -> TopicPartition:
        return TopicPartition(self._connection.physical(place.topic), place.partition)

    async def _bounds(self, place: Place) -> LogBounds:
        where = self._where(place)
        beginnings = await self._ends.beginnings(where)
        return LogBounds(beginnings[where], (await self._ends.high_watermarks(where))[where])

    async def _fill(self, place: Place, offset: int) -> None:
        """Append empty records until the partition ends at `offset` or later."""
        end = (await self._bounds(place)).end
        if end >= offset:
            return
        topic, partition = self._where(place)
        producer = self._connection.producer()
        try:
            with translated():
                await producer.start()
                while end < offset:
                    count = min(FILLED_AT_ONCE, offset - end)
                    # Named, since a broker that dies may have them again.
                    sent = [
                        await producer.send(
                            topic, b"", partition=partition, headers=[(FILLER, b"")]
                        )
                        for _ in range(count)
                    ]
                    await asyncio.gather(*sent)
                    end = (await self._bounds(place)).end
        finally:
            await disconnect(producer)

    async def _commit(
        self,
        producer: AIOKafkaProducer,
        position: Position,
        topic_ids: dict[str, str],
        gap: DeletedRecords | None,
    ) -> None:
        await producer.begin_transaction()
        transaction = KafkaTransaction(producer, self._layout, position.clock_ms, lambda *_: None)
        if gap is not None:
            await transaction.send([encode_dead_letter(put_unreadable_aside(gap))])
        known = {**(position.topic_ids or {}), **topic_ids}
        row = encode_position(position._replace(topic_ids=known))
        await transaction.write([Write(POSITIONS, POSITION_KEY, row)])
        await transaction.send_offsets(position.offsets)
        await transaction.flush()
        await transaction.commit()
