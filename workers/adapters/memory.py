"""The embedded log: topics, partitions, offsets, transactions and compaction in memory.

Ships in the package as the twin of Kafka, for the demo, for tests and for trying things out. It
keeps Kafka's promises, not its bytes: append times, read_committed up to the last stable offset,
fencing by epoch, compaction by key. Nothing of it survives the process.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum

from workers.runtime.partitioning import partition_of
from workers.runtime.ports import Fenced, Headers, Outgoing, Record, Write
from workers.runtime.tables import TABLES


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
        self.open: dict[str, MemoryTransaction] = {}
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

    def partition(self, group: str, partition: int, inputs: Sequence[str]) -> "MemoryPartition":
        """One co-partition, for a worker's task. `inputs` in the order that breaks ties."""
        return MemoryPartition(self, group, partition, inputs)


def _index_of(entries: list[Entry], offset: int) -> int:
    """Where the first entry at or after `offset` stands; compaction leaves holes."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        if entries[middle].record.offset < offset:
            low = middle + 1
        else:
            high = middle
    return low


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


class MemoryPartition:
    """One co-partition of the embedded log: the port `PartitionLog`."""

    def __init__(self, log: MemoryLog, group: str, partition: int, inputs: Sequence[str]) -> None:
        """Nothing is owned until `fence`."""
        self.log = log
        self.group = group
        self.number = partition
        self.epoch = -1
        self._inputs = tuple(inputs)
        self._next: dict[str, int] = {}

    @property
    def transactional_id(self) -> str:
        """The fixed id whose epoch fences."""
        return f"{self.group}-{self.number}"

    async def fence(self) -> None:
        """Raise the epoch; abort what a former owner left open."""
        left = self.log.open.get(self.transactional_id)
        if left is not None:
            left.settle(Visibility.ABORTED)
        self.epoch = self.log.epochs.get(self.transactional_id, -1) + 1
        self.log.epochs[self.transactional_id] = self.epoch

    def changelog_of(self, table: str) -> str:
        """The topic that keeps a table's rows."""
        return f"{self.group}-{table}-changelog"

    async def restore(self) -> Sequence[Write]:
        """Every table's rows, the last value of each key."""
        rows: dict[tuple[str, bytes], bytes | None] = {}
        for table in TABLES:
            topic = self.changelog_of(table)
            for record in self.log.read(topic, self.number, 0):
                rows[table, record.key or b""] = record.value
        return [Write(table, key, value) for (table, key), value in rows.items()]

    async def committed(self) -> Mapping[str, int]:
        """Zero for an input that was never committed."""
        offsets = self.log.offsets
        return {topic: offsets.get((self.group, topic, self.number), 0) for topic in self._inputs}

    async def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets."""
        self._next.update(offsets)

    async def read(self, max_records: int) -> Sequence[Record]:
        """The merge of both inputs: the log's append times never go back, so nothing is early."""
        merged: list[tuple[int, int, Record]] = []
        for rank, topic in enumerate(self._inputs):
            start = self._next.get(topic, 0)
            merged.extend(
                (record.timestamp_ms, rank, record)
                for record in self.log.read(topic, self.number, start, max_records)
            )
        merged.sort(key=lambda item: (item[0], item[1], item[2].offset))
        records = [record for _, _, record in merged[:max_records]]
        for record in records:
            self._next[record.topic] = record.offset + 1
        return records

    async def begin(self) -> "MemoryTransaction":
        """Start a transaction under this owner's epoch; one that was left open is aborted."""
        check(self.log, self.transactional_id, self.epoch)
        left = self.log.open.get(self.transactional_id)
        if left is not None:
            left.settle(Visibility.ABORTED)
        transaction = MemoryTransaction(self)
        self.log.open[self.transactional_id] = transaction
        return transaction


def check(log: MemoryLog, transactional_id: str, epoch: int) -> None:
    """Raise Fenced where another owner has come since `epoch`."""
    if log.epochs.get(transactional_id) != epoch:
        raise Fenced(transactional_id)


class MemoryTransaction:
    """A transaction of one partition's owner: the port `Transaction`."""

    def __init__(self, owner: MemoryPartition) -> None:
        """Nothing is appended yet."""
        self._owner = owner
        self._log = owner.log
        self._epoch = owner.epoch
        self._entries: list[Entry] = []
        self._offsets: dict[str, int] = {}
        self._settled = False

    def _check(self) -> None:
        check(self._log, self._owner.transactional_id, self._epoch)
        if self._settled:
            raise RuntimeError("the transaction is over")

    async def send(self, outputs: Iterable[Outgoing]) -> None:
        """Each output goes where its key belongs, as Kafka's default partitioner has it."""
        self._check()
        for each in outputs:
            self._append(each.topic, each.key, each.value, each.headers, None)

    async def write(self, writes: Iterable[Write]) -> None:
        """Rows go to this partition number of their changelog."""
        self._check()
        for table, key, value in writes:
            self._append(self._owner.changelog_of(table), key, value, (), self._owner.number)

    def _append(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        partition: int | None,
    ) -> None:
        entry = self._log.append(topic, key, value, headers, partition, Visibility.OPEN)
        self._entries.append(entry)

    async def send_offsets(self, offsets: Mapping[str, int]) -> None:
        """Kept until the commit."""
        self._check()
        self._offsets.update(offsets)

    async def flush(self) -> None:
        """Everything is in memory already."""
        self._check()

    async def commit(self) -> None:
        """Show the records and keep the offsets."""
        self._check()
        owner = self._owner
        for topic, offset in self._offsets.items():
            self._log.offsets[owner.group, topic, owner.number] = offset
        self.settle(Visibility.COMMITTED)

    async def abort(self) -> None:
        """Hide the records for ever; what is over stays as it is."""
        self.settle(Visibility.ABORTED)

    def settle(self, visibility: Visibility) -> None:
        """Give every record of this transaction its fate, once."""
        if self._settled:
            return
        self._settled = True
        for entry in self._entries:
            entry.visibility = visibility
        if self._log.open.get(self._owner.transactional_id) is self:
            del self._log.open[self._owner.transactional_id]
