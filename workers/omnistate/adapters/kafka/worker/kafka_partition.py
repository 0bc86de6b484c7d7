"""One co-partition of a Kafka cluster: the port `PartitionLog` on aiokafka.

Reads through the worker's one group member, writes through a transactional producer of its own
whose fixed id is the fence. Everything that aiokafka raises leaves here in the runtime's words.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaProducer, TopicPartition

from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect, disconnecting
from omnistate.adapters.kafka.clients.errors import translated
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.adapters.kafka.internals.fetching import set_record_factory
from omnistate.adapters.kafka.records.record_factory import as_unpacked, unpack_row_for
from omnistate.adapters.kafka.worker.fencing_producer import check_alive, start_producer
from omnistate.adapters.kafka.worker.input_reader import InputReader
from omnistate.adapters.kafka.worker.kafka_transaction import KafkaTransaction, OutputLayout
from omnistate.adapters.kafka.worker.shared_clients import Reading, SharedClients
from omnistate.stream.broker_clock import AHEAD_MS
from omnistate.stream.outcome import PartitionStopped
from omnistate.stream.ownership import Ownership, OwnerState
from omnistate.stream.ports import Fenced, LogUnavailable, Record, Restored, Write
from omnistate.stream.position import Position, find_remade

# Nobody waits beside it, unlike a batch: fewer and larger pieces.
RESTORE_FETCH_BYTES: Final = 2_097_152
# Of the positions so many offsets are read from the end, then ever more until one is found.
POSITIONS_READ: Final = 64


class KafkaPartition:
    """One partition number of a group's inputs, outputs and changelogs."""

    def __init__(
        self,
        shared: SharedClients,
        layout: OutputLayout,
        inputs: Sequence[str],
        report_gone: Callable[[str, int], None],
        ownership: Ownership | None = None,
        *,
        report_held_up: Callable[[str, int], None] = lambda *_: None,
        report_ahead: Callable[[str, int], None] = lambda *_: None,
        skip_unreadable: bool = False,
    ) -> None:
        """`report_gone` is told of records of a topic that were deleted before they were read.

        `report_held_up` is told where an input stands still at an open transaction, `report_ahead`
        of a record whose time is not believed. A batch that nobody can read stops the partition,
        unless `skip_unreadable`.
        """
        self._connection, self._member, self._cluster, _, self._clock = shared
        self._layout = layout
        self._producer: AIOKafkaProducer | None = None
        self._topic_ids: dict[str, str] = {}
        self._remade = False
        self.inputs = InputReader(
            shared,
            Reading(layout.group, layout.number, tuple(inputs), skip_unreadable=skip_unreadable),
            # Without an owner, nobody takes it away.
            ownership or Ownership(OwnerState.RUNNING),
            report_gone,
            report_held_up,
            report_ahead,
        )

    async def fence(self) -> None:
        """Start a producer under the fixed id; a former one can write nothing more."""
        await self.close()
        name = f"{self._layout.group}-{self._layout.number}"
        self._producer = await start_producer(
            self._connection, name, self._layout.transaction_timeout_ms
        )

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
        made = self._connection.consumer(
            max_partition_fetch_bytes=RESTORE_FETCH_BYTES, auto_offset_reset="none"
        )
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
                    stop_at_unreadable(consumer, self._connection.logical)
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
        offsets = {topic: found.get((topic, layout.number)) for topic in self.inputs.topics}
        return {topic: each.offset if each else 0 for topic, each in offsets.items()}

    async def topic_ids(self) -> Mapping[str, str]:
        """Asked of a broker, and remembered for `compare`."""
        with translated():
            self._topic_ids = await self._cluster.topic_ids(self.inputs.topics)
        return self._topic_ids

    async def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets. Raises PartitionStopped where an input ends before its."""
        await self.inputs.seek(offsets)

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        """The merge by time. Raises PartitionStopped at a batch that nobody can read.

        And where a topic was made anew since it was taken over.
        """
        if self._remade:
            self._remade = False
            raise LogUnavailable("an input topic was made anew: it has to be taken over again")
        return await self.inputs.read(max_records, wait_ms)

    async def has_caught_up(self) -> bool:
        """Whether everything that the inputs held when this was asked has been read."""
        return await self.inputs.has_caught_up()

    def backlog(self, topic: str) -> int:
        """How many offsets there are from the next one to take to the end; markers count, too."""
        return self.inputs.lag.backlog(topic)

    def oldest_ms(self, topic: str) -> int | None:
        """The append time of the oldest record that was not taken yet, as far as is known."""
        return self.inputs.lag.oldest_ms(topic)

    @property
    def starved_s(self) -> float:
        """For how long nothing has come although there is something to read."""
        return self.inputs.lag.starved_s(held_up=self.inputs.hold_ups.longest is not None)

    async def measure(self) -> None:
        """Ask how far behind it is. Raises LogUnavailable."""
        if not self.inputs.lag.positions:
            self.inputs.lag.positions = dict(await self.committed())
        await self.inputs.lag.measure()

    def compare(self, topic_ids: Mapping[str, str]) -> None:
        """Whether its inputs are still the topics that were taken over; `read` goes by it."""
        known = Position(None, {}, topic_ids=self._topic_ids)
        self._remade = find_remade(known, topic_ids) is not None

    async def begin(self, at_ms: int | None) -> KafkaTransaction:
        """Start a transaction. Raises Fenced."""
        producer = self._producer
        if producer is None:
            raise Fenced("not the owner")
        with translated():
            check_alive(producer)
            await producer.begin_transaction()
        latest_ms = self._clock.latest_ms()
        if at_ms is not None and latest_ms is not None:
            # Brokers refuse what is more than an hour ahead of them.
            at_ms = min(at_ms, latest_ms + AHEAD_MS)
        return KafkaTransaction(producer, self._layout, at_ms, self._clock.observe)


def stop_at_unreadable(consumer: CheckedConsumer, logical: Callable[[str], str]) -> None:
    """Raise PartitionStopped where a changelog cannot be read: tables are whole, or none."""
    for place, batch in consumer.unreadable.items():
        raise PartitionStopped(
            "unreadable",
            f"{logical(place.topic)}/{place.partition} at offset {batch.offset} cannot be read "
            f"({batch.reason}), so the tables cannot be restored",
        )
