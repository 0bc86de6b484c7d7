"""One co-partition of a Kafka cluster: the port `PartitionLog` on aiokafka.

Reads through the worker's one group member, writes through a transactional producer of its own
whose fixed id is the fence. Everything that aiokafka raises leaves here in the runtime's words.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalStateError

from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect, disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import translated
from omnistate.adapters.kafka.internals.fetching import set_record_factory, unread_count
from omnistate.adapters.kafka.records.record_factory import (
    as_unpacked,
    unpack_for,
    unpack_row_for,
)
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.adapters.kafka.worker.fencing_producer import check_alive, start_producer
from omnistate.adapters.kafka.worker.kafka_transaction import KafkaTransaction, OutputLayout
from omnistate.stream.broker_clock import BrokerClock
from omnistate.stream.merge import Merge
from omnistate.stream.ownership import Ownership, OwnerState
from omnistate.stream.ports import Fenced, LogUnavailable, Record, Restored, Write

# How long one fetch is waited for while an input that seems behind catches up.
CATCH_UP_WAIT_MS: Final = 50
# Nobody waits beside it, unlike a batch: fewer and larger pieces.
RESTORE_FETCH_BYTES: Final = 2_097_152
# Of the positions so many offsets are read from the end, then ever more until one is found.
POSITIONS_READ: Final = 64


class SharedClients(NamedTuple):
    """What the partitions of one worker share; all of it is started and stopped by the worker."""

    connection: Connection
    member: AIOKafkaConsumer
    cluster: Cluster
    ends: EndOffsets
    clock: BrokerClock


class KafkaPartition:
    """One partition number of a group's inputs, outputs and changelogs."""

    def __init__(
        self,
        shared: SharedClients,
        layout: OutputLayout,
        inputs: Sequence[str],
        report_gone: Callable[[str, int], None],
        ownership: Ownership | None = None,
    ) -> None:
        """`report_gone` is told of records of a topic that were deleted before they were read."""
        self._connection, self._member, self._cluster, self._ends, self._clock = shared
        self._layout = layout
        self._report_gone = report_gone
        self._partitions = {
            topic: TopicPartition(self._connection.physical(topic), layout.number)
            for topic in inputs
        }
        self._topics = {partition: topic for topic, partition in self._partitions.items()}
        self._unpack = {
            partition: unpack_for(topic, layout.number)
            for topic, partition in self._partitions.items()
        }
        self._merge = Merge(inputs)
        self._producer: AIOKafkaProducer | None = None
        # Without an owner, nobody takes it away.
        self._ownership = ownership or Ownership(OwnerState.RUNNING)

    async def fence(self) -> None:
        """Start a producer under the fixed id; a former one can write nothing more."""
        await self.close()
        name = f"{self._layout.group}-{self._layout.number}"
        self._producer = await start_producer(self._connection, name)

    async def close(self) -> None:
        """Let the producer go; a transaction that is open is left to the next owner's fence."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await disconnect(producer, LEAVE_S)

    async def restore(self) -> AsyncIterator[Restored]:
        """Every changelog from its beginning to its end, all at once.

        Of the positions only the last one, so that a takeover does not depend on their history.
        """
        tables = {
            TopicPartition(self._connection.physical(topic), self._layout.number): table
            for table, topic in self._layout.changelogs.items()
        }
        made = self._connection.consumer(max_partition_fetch_bytes=RESTORE_FETCH_BYTES)
        async with disconnecting(made, LEAVE_S) as consumer:
            with translated():
                await consumer.start()
                consumer.assign(list(tables))
                beginnings = await consumer.beginning_offsets(list(tables))
                ends = await consumer.end_offsets(list(tables))
                starts = {
                    each: max(beginnings[each], ends[each] - POSITIONS_READ)
                    if table == self._layout.timed
                    else beginnings[each]
                    for each, table in tables.items()
                }
                total = sum(ends.values()) - sum(starts.values())
                left = {each for each in tables if beginnings[each] < ends[each]}
                for each in left:
                    consumer.seek(each, starts[each])
                done: dict[TopicPartition, int] = dict.fromkeys(tables, 0)
                unpack = {each: unpack_row_for(table) for each, table in tables.items()}
                for each in left:
                    set_record_factory(consumer, each, unpack[each])
                while left:
                    found = await consumer.getmany(*left, timeout_ms=1_000)
                    writes: list[Write] = []
                    for each, records in found.items():
                        writes += as_unpacked(records, unpack[each], Write)
                        if records and tables[each] == self._layout.timed:
                            beginnings[each] = starts[each]
                    for each in list(left):
                        # Markers of transactions move the position, but are no records.
                        position = await consumer.position(each)
                        done[each] = position - starts[each]
                        if position < ends[each]:
                            continue
                        if starts[each] > beginnings[each]:
                            # Nothing but markers and aborted batches: look further back.
                            back = POSITIONS_READ * (ends[each] - starts[each])
                            starts[each] = max(beginnings[each], ends[each] - back)
                            consumer.seek(each, starts[each])
                        else:
                            left.remove(each)
                    yield Restored(writes, sum(done.values()), total)

    async def committed(self) -> Mapping[str, int]:
        """What the group has committed; 0 for an input that was never committed."""
        layout = self._layout
        with translated():
            found = await self._cluster.committed(layout.group)
        offsets = {topic: found.get((topic, layout.number)) for topic in self._partitions}
        return {topic: each.offset if each else 0 for topic, each in offsets.items()}

    async def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets, or from the oldest record where they are gone by then."""
        self._merge.clear()
        beginnings = await self._ends.beginnings(*self._topics)
        for topic, offset in offsets.items():
            partition = self._partitions[topic]
            gone = beginnings[partition] - offset
            if gone > 0:
                self._report_gone(topic, gone)
            if self._ownership.ours:
                self._go_to(partition, max(offset, beginnings[partition]))

    def _go_to(self, partition: TopicPartition, offset: int) -> None:
        set_record_factory(self._member, partition, self._unpack[partition])
        try:
            self._member.seek(partition, offset)
            self._member.resume(partition)
        except IllegalStateError as error:
            raise LogUnavailable("the partition was given to another worker") from error

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        """The merge by time; a record waits while an input that looks empty may hold earlier ones.

        To know that it does not, its end is asked for after the record has been received.
        """
        merge = self._merge
        wanted = [
            partition
            for partition, topic in self._topics.items()
            if merge.count(topic) < max_records
        ]
        # Something is buffered: it is not waited for, only joined by what is there.
        await self._fetch(wanted, wait_ms if len(merge.empty_inputs) == len(self._topics) else 0)
        records = merge.take(max_records) if self._ownership.reading else []
        empty = merge.empty_inputs
        if records or not self._ownership.reading or len(empty) == len(self._topics):
            return records
        vouched = merge.vouch()
        if not await self._reach(await self._ends.ask(*(self._partitions[each] for each in empty))):
            return []
        merge.accept(vouched)
        return merge.take(max_records)

    async def _reach(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Fetch until the positions have come to these ends; False where the partition was lost."""
        left = dict(ends)
        while left:
            for partition, end in list(left.items()):
                if not self._ownership.reading:
                    return False
                try:
                    with translated():
                        position = await self._member.position(partition)
                except LogUnavailable:
                    return False
                if position >= end:
                    del left[partition]
            if left:
                await self._fetch(left, CATCH_UP_WAIT_MS)
        return self._ownership.reading

    async def _fetch(self, partitions: Collection[TopicPartition], wait_ms: int) -> None:
        if not partitions:
            return
        with translated():
            found = await self._member.getmany(*partitions, timeout_ms=wait_ms)
        if self._ownership.reading:
            for partition, records in found.items():
                unpack = self._unpack[partition]
                self._merge.add(self._topics[partition], as_unpacked(records, unpack, Record))

    async def has_caught_up(self) -> bool:
        """Whether everything that the inputs held when this was asked has been read."""
        if not await self._reach(await self._ends.ask(*self._topics)):
            return False
        return len(self._merge.empty_inputs) == len(self._topics)

    def backlog(self, topic: str) -> int:
        """How many records of an input are known of and not taken yet; markers count, too."""
        partition = self._partitions[topic]
        return self._merge.count(topic) + unread_count(self._member, partition)

    def oldest_ms(self, topic: str) -> int | None:
        """The append time of the oldest record that was fetched and not taken yet."""
        return self._merge.oldest_ms(topic)

    async def begin(self, at_ms: int | None) -> KafkaTransaction:
        """Start a transaction. Raises Fenced."""
        producer = self._producer
        if producer is None:
            raise Fenced("not the owner")
        with translated():
            check_alive(producer)
            await producer.begin_transaction()
        return KafkaTransaction(producer, self._layout, at_ms, self._clock.observe)
