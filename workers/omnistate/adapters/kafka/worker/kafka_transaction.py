"""One transaction of a partition's owner: the port `Transaction` on aiokafka's producer.

`send_batch` instead of `send`, since it costs a third. Every batch's future is awaited in `flush`:
aiokafka would commit although a batch has failed.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition

from omnistate.adapters.kafka.clients.connection import BATCH_BYTES_MAX
from omnistate.adapters.kafka.clients.errors import look_at, translated
from omnistate.adapters.kafka.internals.sending import (
    GZIP,
    PLAIN,
    appender_of,
    has_odd_names,
    open_batch,
    open_tolerant_batch,
    set_count,
)
from omnistate.adapters.kafka.worker.fencing_producer import check_alive
from omnistate.stream.outbox import Line, append_lines, sort_outputs, sort_writes
from omnistate.stream.ports import LogUnavailable, Outgoing, Write

# Within aiokafka's own time for a request, after which it would send a commit a second time.
COMMIT_TIMEOUT_S: Final = 30.0
# What cannot be aborted is aborted by the next fence.
ABORT_TIMEOUT_S: Final = 5.0


class KafkaTransaction:
    """Outputs, rows and offsets, appended as whole batches."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        layout: "OutputLayout",
        at_ms: int | None,
        observe: Callable[[int, Hashable], None],
    ) -> None:
        """`observe` is told the append time of the position row, and by which broker."""
        self._producer = producer
        self._layout = layout
        self._at_ms = at_ms
        self._observe = observe
        self._waiting: list[asyncio.Future[Any]] = []
        self._positions: asyncio.Future[Any] | None = None

    async def send(self, outputs: Iterable[Outgoing]) -> None:
        """Each output goes where its key belongs."""
        for (topic, partition), lines in sort_outputs(outputs, self._layout.counts).items():
            # A dead letter may have come out of a small compressed batch, and must fit again. It
            # bears the headers that it came with, whatever their names.
            codec = GZIP if topic in self._layout.compressed else PLAIN
            await self._append(topic, partition, lines, codec)

    async def write(self, writes: Iterable[Write]) -> None:
        """Rows go to this partition number of their changelog."""
        for table, lines in sort_writes(writes).items():
            await self._append(self._layout.changelogs[table], self._layout.number, lines, PLAIN)
            if table == self._layout.timed:
                self._positions = self._waiting[-1]

    async def _append(self, topic: str, partition: int, lines: list[Line], codec: int) -> None:
        done = 0
        odd = codec != PLAIN and has_odd_names(lines)
        open_one = open_tolerant_batch if odd else open_batch
        while done < len(lines):
            first, batch = done, open_one(BATCH_BYTES_MAX, codec)
            done = append_lines(appender_of(batch), lines, first, self._at_ms)
            set_count(batch, done - first)
            await self._ship(batch, topic, partition)

    async def _ship(self, batch: Any, topic: str, partition: int) -> None:
        with translated():
            name = self._layout.physical(topic)
            async with asyncio.timeout(self._layout.flush_timeout_s):
                future = await self._producer.send_batch(batch, name, partition=partition)
        self._wait_for(future)

    async def send_offsets(self, offsets: Mapping[str, int]) -> None:
        """Under way from here on; `flush` waits for it."""
        layout = self._layout
        positions = {
            TopicPartition(layout.physical(topic), layout.number): offset
            for topic, offset in offsets.items()
        }
        sending = self._producer.send_offsets_to_transaction(
            positions, layout.physical(layout.group)
        )
        self._wait_for(asyncio.ensure_future(sending))

    def _wait_for(self, future: asyncio.Future[Any]) -> None:
        # Where the transaction fails before its flush, what became of this one is nobody's.
        future.add_done_callback(look_at)
        self._waiting.append(future)

    async def flush(self) -> None:
        """Wait for every batch and for the offsets. Raises Fenced and LogUnavailable."""
        with translated():
            async with asyncio.timeout(self._layout.flush_timeout_s):
                outcomes = await asyncio.gather(*self._waiting, return_exceptions=True)
            self._waiting.clear()
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
        if self._positions is not None:
            found = self._positions.result()
            brokers = self._producer.client.cluster
            self._observe(found.timestamp, brokers.leader_for_partition(found.topic_partition))

    async def commit(self) -> None:
        """Make everything visible. Raises Fenced; LogUnavailable = nobody knows."""
        with translated():
            check_alive(self._producer)
            async with asyncio.timeout(COMMIT_TIMEOUT_S):
                await self._producer.commit_transaction()

    async def abort(self) -> None:
        """Make nothing of it visible. Raises LogUnavailable where that could not be settled."""
        with translated():
            try:
                async with asyncio.timeout(ABORT_TIMEOUT_S):
                    await asyncio.gather(*self._waiting, return_exceptions=True)
                    await self._producer.abort_transaction()
            except AssertionError as error:
                check_alive(self._producer)
                # The producer's own state machine: it died of what went wrong before.
                raise LogUnavailable(f"the producer cannot abort: {error}") from error


class OutputLayout:
    """Where one partition's owner writes: names, partition numbers and changelogs."""

    def __init__(
        self,
        group: str,
        number: int,
        changelogs: Mapping[str, str],
        counts: Mapping[str, int],
        physical: Callable[[str], str],
        transaction_timeout_ms: int = 30_000,
    ) -> None:
        """`changelogs` by table; `counts` says how many partitions each output topic has."""
        self.group = group
        self.number = number
        self.changelogs = changelogs
        self.physical = physical
        self.compressed = frozenset({"dead-letters"})
        self.timed = "positions"
        self.counts = counts
        self.transaction_timeout_ms = transaction_timeout_ms
        # After as long the coordinator aborts; aiokafka was seen to wait for ever after an outage.
        self.flush_timeout_s = transaction_timeout_ms / 1_000
