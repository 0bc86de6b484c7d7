"""A partition of the embedded log and its owner: fencing, restore, the merged inputs, transactions.

The twin of a Kafka consumer and transactional producer, behind the ports of the runtime.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from omnistate.adapters.memory.memory_log import Entry, MemoryLog, Visibility
from omnistate.stream.ports import Fenced, Headers, Outgoing, Record, Restored, Write


class MemoryPartition:
    """One co-partition of the embedded log: the port `PartitionLog`."""

    def __init__(
        self,
        log: MemoryLog,
        group: str,
        partition: int,
        inputs: Sequence[str],
        tables: Iterable[str],
    ) -> None:
        """Nothing is owned until `fence`. `tables` are restored in this order."""
        self._tables = tuple(tables)
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

    async def restore(self) -> AsyncIterator[Restored]:
        """Every table's rows, a table at a time."""
        for number, table in enumerate(self._tables, 1):
            records = self.log.read(self.changelog_of(table), self.number, 0)
            writes = [Write(table, record.key or b"", record.value) for record in records]
            yield Restored(writes, number, len(self._tables))

    async def committed(self) -> Mapping[str, int]:
        """Zero for an input that was never committed."""
        offsets = self.log.offsets
        return {topic: offsets.get((self.group, topic, self.number), 0) for topic in self._inputs}

    async def topic_ids(self) -> Mapping[str, str]:
        """None: nobody can make a topic of this log anew."""
        return {}

    async def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets."""
        self._next.update(offsets)

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:  # noqa: ARG002
        """The merge of both inputs: append times never go back, so nothing is early; no waiting."""
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

    async def has_caught_up(self) -> bool:
        """Whether no input holds a committed record that was not read."""
        return not any(
            self.log.read(topic, self.number, self._next.get(topic, 0), 1) for topic in self._inputs
        )

    async def begin(self, at_ms: int | None) -> "MemoryTransaction":  # noqa: ARG002
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
