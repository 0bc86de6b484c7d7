"""A gateway's stand-in: puts input events on their topics, so that a partition's order is kept.

Order across the two inputs is that of append times (ties: the earlier topic). So each partition has
a lane: consecutive lines of one topic go as a batch, and when the topic changes the lane waits for
the acknowledgement, and for the broker's clock where a tie would be the wrong way round.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition

from omnistate.adapters.kafka.clients.append_times import AppendTimes
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import deadline, explained
from omnistate.stream.partitioning import partition_of

START_TIMEOUT_S: Final = 30.0
# Ctrl-C waits for these.
PENDING_LINES_MAX: Final = 8_000
PENDING_BYTES_MAX: Final = 16_000_000
HEADERS: Final = [("content-type", b"application/cloudevents+json")]
# A retry that the broker had taken already, whose append time it no longer knows.
UNKNOWN_TIME_MARGIN_MS: Final = 100


class Destination(NamedTuple):
    """A topic that events go to: inputs of one family are taken by one worker, merged.

    On equal append times the lower `rank` goes first.
    """

    family: str
    rank: int
    partitions: int


class Event(NamedTuple):
    """One event to send: the bytes as they are, keyed by its subject."""

    topic: str
    key: bytes
    value: bytes


class _Lane:
    """What one partition has to send yet, and what it appended last."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.events: deque[Event] = deque()
        self.wake = asyncio.Event()
        self.topic: str | None = None
        self.append_ms = 0


class Gateway:
    """Sends events; `sent` counts those that are acknowledged, by topic."""

    def __init__(
        self,
        connection: Connection,
        producer: AIOKafkaProducer,
        destinations: Mapping[str, Destination],
    ) -> None:
        """Use a started producer; whoever started it stops it."""
        self.sent: Counter[str] = Counter()
        # Events that a broker with a clock running backwards appended in another order.
        self.misplaced = 0
        self._connection = connection
        self._producer = producer
        self._destinations = destinations
        self._times = AppendTimes()
        self._lanes: dict[tuple[str, int], _Lane] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._pending_lines = 0
        self._pending_bytes = 0
        self._changed = asyncio.Event()

    def open_lanes(self) -> None:
        """Start a lane for each partition number of each family."""
        for family, _, partitions in self._destinations.values():
            for number in range(partitions):
                if (family, number) not in self._lanes:
                    lane = self._lanes[family, number] = _Lane(number)
                    self._tasks.append(asyncio.create_task(self._run(lane)))
                    self._tasks[-1].add_done_callback(lambda _: self._changed.set())

    async def close_lanes(self) -> None:
        """End the lanes; what is not acknowledged may or may not have been appended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(self, event: Event) -> None:
        """Take an event, waiting for room. Raises ClusterFailure for any that was taken before."""
        if self._pending_lines >= PENDING_LINES_MAX or self._pending_bytes >= PENDING_BYTES_MAX:
            # Half of it, so that not every acknowledgement is followed by one more line.
            await self._wait_until(PENDING_LINES_MAX // 2, PENDING_BYTES_MAX // 2)
        family, _, partitions = self._destinations[event.topic]
        lane = self._lanes[family, partition_of(event.key, partitions)]
        lane.events.append(event)
        lane.wake.set()
        self._pending_lines += 1
        self._pending_bytes += len(event.value)

    @property
    def pending(self) -> int:
        """How many events were taken and are not acknowledged yet."""
        return self._pending_lines

    async def flush(self) -> None:
        """Wait until everything that was taken is acknowledged. Raises what went wrong."""
        await self._wait_until(0, 0)

    async def _wait_until(self, lines: int, size: int) -> None:
        """Wait until no more than this is pending."""
        while self._pending_lines > lines or self._pending_bytes > size:
            self._changed.clear()
            await self._changed.wait()
            for task in self._tasks:
                if task.done():
                    with explained("sending"):
                        task.result()

    async def _run(self, lane: _Lane) -> None:
        while True:
            await lane.wake.wait()
            while lane.events:
                await self._send_run(lane)
            lane.wake.clear()

    async def _send_run(self, lane: _Lane) -> None:
        """Send the next events of one topic as a batch and wait for its acknowledgement."""
        topic = lane.events[0].topic
        batch, size = self._producer.create_batch(), 0
        while (
            lane.events
            and lane.events[0].topic == topic
            and batch.append(
                timestamp=None, key=lane.events[0].key, value=lane.events[0].value, headers=HEADERS
            )
        ):
            size += len(lane.events.popleft().value)
        batch.close()
        count = batch.record_count()
        earliest_ms = await self._await_turn(lane, topic)
        acknowledged = await self._producer.send_batch(
            batch, self._connection.physical(topic), partition=lane.partition
        )
        append_ms = (await acknowledged).timestamp
        if append_ms < 0:
            append_ms = round(time.time() * 1_000) + UNKNOWN_TIME_MARGIN_MS
        else:
            self._times.observe(self._leader(lane, topic), append_ms, _now_ms())
            self.misplaced += count if append_ms < earliest_ms else 0
        lane.topic, lane.append_ms = topic, append_ms
        self.sent[topic] += count
        self._pending_lines -= count
        self._pending_bytes -= size
        self._changed.set()

    async def _await_turn(self, lane: _Lane, topic: str) -> int:
        """Wait until an append is sure to come after the lane's last; its earliest time."""
        if lane.topic is None or lane.topic == topic:
            return lane.append_ms
        later = self._destinations[topic].rank > self._destinations[lane.topic].rank
        earliest_ms = lane.append_ms if later else lane.append_ms + 1
        leader = self._leader(lane, topic)
        while wait_ms := self._times.wait_ms(leader, earliest_ms, _now_ms()):
            await asyncio.sleep(wait_ms / 1_000)
        return earliest_ms

    def _leader(self, lane: _Lane, topic: str) -> Any:
        place = TopicPartition(self._connection.physical(topic), lane.partition)
        return self._producer.client.cluster.leader_for_partition(place)


def _now_ms() -> float:
    return time.monotonic() * 1_000


@asynccontextmanager
async def open_gateway(
    connection: Connection, destinations: Mapping[str, Destination]
) -> AsyncIterator[Gateway]:
    """A gateway to input topics; those of a family have equally many partitions.

    Raises ClusterFailure.
    """
    async with disconnecting(connection.producer()) as producer:
        async with deadline(START_TIMEOUT_S, "starting a producer"):
            await producer.start()
            for topic in destinations:
                await producer.partitions_for(connection.physical(topic))
        gateway = Gateway(connection, producer, destinations)
        gateway.open_lanes()
        try:
            yield gateway
        finally:
            await gateway.close_lanes()
