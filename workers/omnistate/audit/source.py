"""Where an audit reads from: committed records of any log, by topic and partition.

A protocol, and its implementation over the embedded log; the one over Kafka is
`omnistate.adapters.kafka.records.topic_reader`. Nothing here knows what the records mean.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Final, Protocol

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.stream.ports import LogUnavailable, Record

CHUNK_RECORDS: Final = 1_000
# How often the embedded log's reader lets others run while it waits for their transactions.
PATIENCE_TURNS: Final = 10_000


class TopicReader(Protocol):
    """Reads topics by the names of topics.yaml, read_committed, without changing anything.

    Each raises LogUnavailable, a line that says why, where the log cannot answer.
    """

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has."""

    async def beginnings(self, topic: str) -> Sequence[int]:
        """The first offset that each partition still has; more than 0 where some were deleted."""

    async def ends(self, topic: str) -> Sequence[int]:
        """The offset after the last record of each partition, whether it is decided or not.

        So everything that was committed when this was asked lies before it.
        """

    def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        """The committed records from `start` to before `end`, in the order of their offsets.

        In chunks. Waits until what lies before `end` is decided.
        """

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[tuple[str, int], int]:
        """What the group has committed, by topic and partition; nothing where it has not."""


class MemoryReader:
    """Reads the embedded log."""

    def __init__(self, log: MemoryLog) -> None:
        """The log may be written to meanwhile, by tasks of the same event loop."""
        self._log = log

    async def partitions(self, topic: str) -> int:
        """As declared."""
        try:
            return self._log.partitions_of(topic)
        except KeyError:
            raise LogUnavailable(f"topic {topic} is missing") from None

    async def beginnings(self, topic: str) -> Sequence[int]:
        """Zero: the embedded log forgets nothing but what compaction takes."""
        return [0] * await self.partitions(topic)

    async def ends(self, topic: str) -> Sequence[int]:
        """Asked at a moment when no transaction is open, so nothing is undecided."""
        for _ in range(PATIENCE_TURNS):
            if not self._log.open:
                break
            await asyncio.sleep(0)
        else:
            raise LogUnavailable("a transaction stays open")
        return [self._end(topic, number) for number in range(await self.partitions(topic))]

    def _end(self, topic: str, partition: int) -> int:
        records = self._log.read(topic, partition, 0)
        return records[-1].offset + 1 if records else 0

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        """Straight from memory, with a turn for others after each chunk."""
        while start < end:
            found = self._log.read(topic, partition, start, CHUNK_RECORDS)
            chunk = [record for record in found if record.offset < end]
            if not chunk:
                return
            start = chunk[-1].offset + 1
            yield chunk
            await asyncio.sleep(0)

    async def committed(self, group: str, topics: Sequence[str]) -> Mapping[tuple[str, int], int]:
        """As the log keeps them."""
        return {
            (topic, partition): offset
            for (owner, topic, partition), offset in self._log.offsets.items()
            if owner == group and topic in topics
        }


class WatchedReader:
    """A reader that shows somebody whatever it hands out."""

    def __init__(self, reader: TopicReader, watch: Callable[[str, Sequence[Record]], None]) -> None:
        """`watch` is called with a topic and its next records, before they are handed out."""
        self._reader = reader
        self._watch = watch
        self.partitions = reader.partitions
        self.beginnings = reader.beginnings
        self.ends = reader.ends
        self.committed = reader.committed

    async def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncGenerator[Sequence[Record], None]:
        """The same records."""
        async with aclosing(self._reader.records(topic, partition, start, end)) as chunks:
            async for chunk in chunks:
                self._watch(topic, chunk)
                yield chunk
