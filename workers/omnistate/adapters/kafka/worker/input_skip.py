"""Past one batch that nobody can read, once: as the partition's owner would take it, and no other.

It fences the partition's owner and commits, in one transaction, what a worker commits that skips:
the dead letter, the position past the batch, and the group's offset. So either both moved or none,
and a worker that comes meanwhile makes it fail. The stopped worker finds the new position when it
looks again.
"""

from typing import Final, NamedTuple

from aiokafka import TopicPartition

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect, disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure, deadline
from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.adapters.kafka.records.last_rows import read_last_rows
from omnistate.adapters.kafka.records.stand_ins import stand_in_for
from omnistate.adapters.kafka.worker.fencing_producer import start_producer
from omnistate.adapters.kafka.worker.kafka_transaction import KafkaTransaction, OutputLayout
from omnistate.stream.cloudevents import encode_dead_letter, put_unreadable_aside
from omnistate.stream.ports import Fenced, LogUnavailable, UnreadableRecord, Write
from omnistate.stream.position import (
    POSITION_KEY,
    POSITIONS,
    Position,
    decode_position,
    encode_position,
)
from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Group

READ_S: Final = 30.0
POLL_MS: Final = 500


class NotSkippable(Exception):
    """There is nothing there to be passed over; says why, in one line."""


class Place(NamedTuple):
    """An input, a partition of it, and an offset there."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        """As an operator reads it."""
        return f"{self.topic}/{self.partition} at offset {self.offset}"


async def skip_batch(
    connection: Connection, topology: Topology, group: Group, place: Place
) -> UnreadableRecord:
    """What was passed over. Raises NotSkippable and ClusterFailure."""
    async with open_cluster(connection) as cluster:
        readiness = await cluster.missing_or_wrong(topology, group.name)
        if readiness.problem is not None:
            raise ClusterFailure(readiness.problem)
        if not 0 <= place.partition < readiness.partitions[place.topic]:
            raise NotSkippable(f"{place.topic} has no partition {place.partition}")
        batch = await _find_batch(connection, place, place.offset)
        if batch is None:
            raise NotSkippable(f"{place} can be read: there is nothing to pass over")
        name = f"{group.name}-{place.partition}"
        try:
            producer = await start_producer(connection, name, group.transaction_timeout_ms)
        except LogUnavailable as error:
            raise ClusterFailure(str(error)) from None
        try:
            position = await last_position(connection, group, place)
            reached = position.offsets.get(place.topic, 0)
            if not await _is_next(connection, place, reached):
                raise NotSkippable(f"the {group.name} worker stands at offset {reached} there")
            stand_in = stand_in_for(batch, place.topic, place.partition)
            moved = {**position.offsets, place.topic: stand_in.offset + 1}
            layout = OutputLayout(
                group.name,
                place.partition,
                group.tables,
                readiness.partitions,
                connection.physical,
            )
            await producer.begin_transaction()
            transaction = KafkaTransaction(producer, layout, position.clock_ms, lambda *_: None)
            await transaction.send([encode_dead_letter(put_unreadable_aside(stand_in))])
            row = encode_position(position._replace(offsets=moved))
            await transaction.write([Write(POSITIONS, POSITION_KEY, row)])
            await transaction.send_offsets(moved)
            await transaction.flush()
            await transaction.commit()
        except Fenced:
            raise ClusterFailure("a worker took the partition over meanwhile: try again") from None
        except LogUnavailable as error:
            raise ClusterFailure(str(error)) from None
        finally:
            await disconnect(producer, LEAVE_S)
        return stand_in


async def _is_next(connection: Connection, place: Place, reached: int) -> bool:
    """Whether nothing but markers, or what was aborted, lies between a position and the batch."""
    if reached >= place.offset:
        return reached == place.offset
    return await _find_batch(connection, place, reached) is not None


async def _find_batch(connection: Connection, place: Place, start: int) -> UnreadableBatch | None:
    """The batch there, if nothing from `start` on can be read before it.

    Raises NotSkippable where the log has no such offset.
    """
    where = TopicPartition(connection.physical(place.topic), place.partition)
    consumer = connection.consumer(isolation_level="read_committed")
    try:
        async with deadline(READ_S, f"reading {place}"):
            await _assign(consumer, where)
            beginning = (await consumer.beginning_offsets([where]))[where]
            end = (await consumer.end_offsets([where]))[where]
            if not beginning <= place.offset < end:
                raise NotSkippable(f"{place}: there are offsets {beginning} to {end - 1} only")
            consumer.seek(where, max(start, beginning))
            while await consumer.position(where) < end:
                found = await consumer.getmany(where, timeout_ms=POLL_MS, max_records=1)
                batch = consumer.unreadable.get(where)
                if found or batch is not None:
                    here = not found and batch is not None and batch.offset == place.offset
                    return batch if here else None
        return None
    finally:
        await disconnect(consumer)


async def last_position(connection: Connection, group: Group, place: Place) -> Position:
    """The last position that was committed. Raises NotSkippable where there is none."""
    where = TopicPartition(connection.physical(group.tables[POSITIONS]), place.partition)
    async with (
        disconnecting(connection.consumer()) as consumer,
        deadline(READ_S, "reading the positions"),
    ):
        await consumer.start()
        row = (await read_last_rows(consumer, [where])).get(where)
    if row is not None:
        return decode_position(row)
    raise NotSkippable(f"no {group.name} worker has taken partition {place.partition} over yet")


async def _assign(consumer: CheckedConsumer, where: TopicPartition) -> None:
    await consumer.start()
    consumer.assign([where])
