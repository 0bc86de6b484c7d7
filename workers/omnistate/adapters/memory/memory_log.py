"""The embedded log: topics, partitions, offsets and compaction in memory.

Ships in the package as the twin of Kafka, for the demo, for tests and for trying things out. It
keeps Kafka's promises, not its bytes: append times, read_committed up to the last stable offset,
compaction by key. Nothing of it survives the process. Owning a partition and writing to it in
transactions is `memory_partition`'s part.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Protocol

from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers, Record


class Visibility(Enum):
    """What a reader of committed records sees of a record."""

    COMMITTED = "shown"
    OPEN = "holds every reader back"
    ABORTED = "skipped, though it keeps its offset"


class Entry:
    """A record in its place, and its place among all records of the log."""

    __slots__ = ("position", "record", "visibility")

    def __init__(self, record: Record, position: int, visibility: Visibility) -> None:
        """`position` orders the records of all topics by when they were appended."""
        self.record = record
        self.position = position
        self.visibility = visibility


class OpenTransaction(Protocol):
    """What the log knows of a transaction that has not ended."""

    def settle(self, visibility: Visibility) -> None:
        """Give every record of it its fate, once."""


class MemoryLog:
    """Topics with a fixed number of partitions, whose append time is the given clock's."""

    def __init__(self, partitions: Mapping[str, int], clock: Callable[[], int]) -> None:
        """`partitions` declares every topic; `clock` gives epoch milliseconds."""
        self._clock = clock
        self._topics: dict[str, list[list[Entry]]] = {
            topic: [[] for _ in range(count)] for topic, count in partitions.items()
        }
        self._next_offsets: dict[tuple[str, int], int] = {}
        self._latest_ms: dict[tuple[str, int], int] = {}
        self._positions = 0
        self.epochs: dict[str, int] = {}
        self.open: dict[str, OpenTransaction] = {}
        self.offsets: dict[tuple[str, str, int], int] = {}

    def partitions_of(self, topic: str) -> int:
        """How many partitions a topic has. Raises KeyError for one that is not declared."""
        return len(self._topics[topic])

    def append(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        partition: int | None = None,
        visibility: Visibility = Visibility.COMMITTED,
    ) -> Entry:
        """Append a record where its key belongs, or to the given partition."""
        if partition is None:
            partition = 0 if key is None else partition_of(key, self.partitions_of(topic))
        entries = self._topics[topic][partition]
        offset = self._next_offsets.get((topic, partition), 0)
        # Append times of a partition never go back, whatever the clock does.
        now_ms = self._clock()
        timestamp_ms = max(now_ms, self._latest_ms.get((topic, partition), now_ms))
        self._latest_ms[topic, partition] = timestamp_ms
        record = Record(topic, partition, offset, timestamp_ms, key, value, headers)
        entry = Entry(record, self._positions, visibility)
        entries.append(entry)
        self._next_offsets[topic, partition] = offset + 1
        self._positions += 1
        return entry

    def read(
        self, topic: str, partition: int, offset: int, max_records: int | None = None
    ) -> list[Record]:
        """Committed records from `offset` on, up to the first one of an open transaction."""
        return [entry.record for entry in self.stable(topic, partition, offset, max_records)]

    def stable(
        self, topic: str, partition: int, offset: int, max_entries: int | None = None
    ) -> list[Entry]:
        """The entries that `read` reads, with their places among all records."""
        entries = self._topics[topic][partition]
        found: list[Entry] = []
        for index in range(_index_of(entries, offset), len(entries)):
            entry = entries[index]
            if entry.visibility is Visibility.OPEN or len(found) == max_entries:
                break
            if entry.visibility is Visibility.COMMITTED:
                found.append(entry)
        return found

    def compact(self, topic: str) -> None:
        """Keep the last committed record of each key; tombstones go with what they delete."""
        for entries in self._topics[topic]:
            last: dict[bytes | None, Entry] = {}
            for entry in entries:
                if entry.visibility is Visibility.COMMITTED:
                    last[entry.record.key] = entry
            entries[:] = [
                entry
                for entry in entries
                if entry.visibility is Visibility.OPEN
                or (last.get(entry.record.key) is entry and entry.record.value is not None)
            ]

    def consumer(self, topics: Sequence[str]) -> "MemoryConsumer":
        """A reader of committed records of whole topics, in the order of appending."""
        return MemoryConsumer(self, topics)


def _index_of(entries: list[Entry], offset: int) -> int:
    """Where the first entry at or after `offset` stands; compaction leaves holes."""
    if not entries or entries[-1].record.offset < offset:
        # As for whoever has read to the end.
        return len(entries)
    return bisect_left(entries, offset, key=lambda entry: entry.record.offset)


class MemoryConsumer:
    """Reads several topics from their beginning, read_committed, in the order of appending."""

    def __init__(self, log: MemoryLog, topics: Sequence[str]) -> None:
        """Start at the beginning of each partition."""
        self._log = log
        self._next = {
            (topic, partition): 0
            for topic in topics
            for partition in range(log.partitions_of(topic))
        }

    def poll(self) -> list[Record]:
        """Everything committed since the last call."""
        found: list[Entry] = []
        for (topic, partition), offset in self._next.items():
            entries = self._log.stable(topic, partition, offset)
            if entries:
                found.extend(entries)
                self._next[topic, partition] = entries[-1].record.offset + 1
        return [entry.record for entry in sorted(found, key=lambda entry: entry.position)]
