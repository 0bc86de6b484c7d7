"""The dead-letter topic, opened for reading: its letters, and which of them wait to go back.

It writes nothing; putting letters back is redriving's.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiokafka import TopicPartition

from omnistate.adapters.kafka.admin.cluster import Cluster, open_cluster
from omnistate.adapters.kafka.admin.committed_offsets import CommittedOffset
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterRefusal, deadline, explained
from omnistate.adapters.kafka.dead_letters.letter import TOPIC, Letter, read_letter
from omnistate.adapters.kafka.dead_letters.redrive_progress import RedriveProgress
from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.adapters.kafka.records.backlog import read_backlog
from omnistate.adapters.kafka.records.record_factory import record_of
from omnistate.stream.topology import Topology

# The group whose offsets say how far redriving has come; also the transactional id.
NAME: Final = "dead-letters"
REQUEST_TIMEOUT_S: Final = 30.0
SETTLE_TIMEOUT_S: Final = 10.0
RETRY_S: Final = 0.02
# A clock of ours may be late by so much.
CLOCK_MARGIN_MS: Final = 3_600_000


class DeadLetterReader:
    """The letters that were there when it was opened."""

    def __init__(
        self,
        cluster: Cluster,
        consumer: CheckedConsumer,
        counts: Mapping[str, int],
        begins: Mapping[int, int],
        ends: Mapping[int, int],
    ) -> None:
        """`counts` are the partition counts of the dead letters and of the inputs."""
        self.counts = counts
        self.begins = begins
        self.ends = ends
        self._cluster = cluster
        self._consumer = consumer
        # Batches that nobody can read, by partition and offset: how many letters were in each is
        # not known, and none of them can go back.
        self.unreadable: dict[tuple[int, int], UnreadableBatch] = {}
        consumer.on_unreadable = self._pass_over

    async def progress(self) -> dict[int, RedriveProgress]:
        """How far redriving has come in each partition."""
        committed = await self._cluster.committed(NAME)
        known = {number: committed.get((TOPIC, number)) for number in self.ends}
        retention_ms = await self._cluster.offsets_retention_ms()
        oldest_ms = round(time.time() * 1_000) - retention_ms + CLOCK_MARGIN_MS
        return {
            number: await self._progress_in(number, commit, oldest_ms)
            for number, commit in known.items()
        }

    async def _progress_in(
        self, number: int, committed: CommittedOffset | None, oldest_ms: int
    ) -> RedriveProgress:
        # Offsets behind the end are those of a topic that has been deleted since.
        if committed is not None and committed.offset <= self.ends[number]:
            return RedriveProgress.decode(committed)
        place = self._place(number)
        async with deadline(REQUEST_TIMEOUT_S, "looking for old letters"):
            found = await self._consumer.offsets_for_times({place: oldest_ms})
        first = self.ends[number] if found[place] is None else found[place].offset
        return RedriveProgress(first, unknown=first if first > self.begins[number] else 0)

    async def await_committed(self, progress: Mapping[int, RedriveProgress]) -> None:
        """Wait, for a while, until the cluster tells everybody that we have come so far."""
        wanted = {(TOPIC, number): each.encode() for number, each in progress.items()}
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_TIMEOUT_S):
                while not wanted.items() <= (await self._cluster.committed(NAME)).items():
                    await asyncio.sleep(RETRY_S)

    async def read(self, number: int, start: int) -> AsyncIterator[Letter]:
        """The letters of a partition from an offset on. Raises ClusterFailure."""
        place, end = self._place(number), self.ends[number]
        start = max(start, self.begins[number])
        if start >= end:
            return
        with explained("reading dead letters"):
            async for record in read_backlog(self._consumer, [place], {place: start}, {place: end}):
                if record.offset < end:
                    yield read_letter(record_of(TOPIC, number, record))

    async def newest(self, limit: int) -> list[Letter]:
        """The newest letters of all partitions, oldest first."""
        letters: list[Letter] = []
        for number, end in self.ends.items():
            # Some offsets are the log's own: reach further back until there are enough.
            reach, found = 2 * limit, list[Letter]()
            while len(found) < limit:
                start = max(self.begins[number], end - reach)
                found = [letter async for letter in self.read(number, start)]
                if start == self.begins[number]:
                    break
                reach *= 4
            letters += found[-limit:]
        letters.sort(key=lambda letter: (letter.timestamp_ms, letter.partition, letter.offset))
        return letters[-limit:]

    def _pass_over(self, place: TopicPartition, batch: UnreadableBatch) -> None:
        self.unreadable[place.partition, batch.offset] = batch

    def _place(self, number: int) -> TopicPartition:
        return TopicPartition(self._cluster.connection.physical(TOPIC), number)


@asynccontextmanager
async def open_letter_box(
    connection: Connection, topology: Topology
) -> AsyncIterator[DeadLetterReader]:
    """The dead letters of an installation. Raises ClusterFailure."""
    inputs = [topic.name for topic in topology.topics if topic.kind == "input"]
    async with open_cluster(connection) as cluster:
        readiness = await cluster.readiness(topology, [TOPIC, *inputs])
        if readiness.problem:
            raise ClusterRefusal(readiness.problem)
        places = connection.partitions(TOPIC, readiness.partitions[TOPIC])
        async with disconnecting(connection.consumer()) as consumer:
            async with deadline(REQUEST_TIMEOUT_S, "looking for dead letters"):
                await consumer.start()
                begins = await consumer.beginning_offsets(places)
                ends = await consumer.end_offsets(places)
            yield DeadLetterReader(
                cluster,
                consumer,
                readiness.partitions,
                {place.partition: offset for place, offset in begins.items()},
                {place.partition: offset for place, offset in ends.items()},
            )
