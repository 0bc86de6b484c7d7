"""The bench on which a log is tested: the log as its owners, its producers and its readers see it.

What a log must do is said in `test_log_contract`; here is only how to put one there and look at it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.ports import Outgoing, PartitionLog, Record, Transaction, Write

from tests.harness.waiting import eventually

FIRST, SECOND, OUTPUT = "first-inputs", "second-inputs", "outputs"
# One of the conversation worker's: a log need not know others.
TABLE = TABLES[0]


class Bench(Protocol):
    """One co-partition of a log with inputs FIRST and SECOND (ties in that order), from outside.

    OUTPUT has one partition.
    """

    def owner(self) -> PartitionLog:
        """Somebody who may become the owner; each call gives another one."""

    async def append(self, topic: str, key: bytes, at_ms: int) -> None:
        """A producer's record; `at_ms` is the clock by which the log stamps it."""

    async def outputs(self) -> Sequence[Record]:
        """The records of OUTPUT that a reader of committed ones sees now."""

    async def compact(self) -> None:
        """Have every changelog compacted, as far as the log can be asked to."""


# How long a read waits for what is not there yet.
WAIT_MS = 300


def out(*keys: bytes) -> list[Outgoing]:
    return [Outgoing(OUTPUT, key, b"value", (("h", b"\xff"),)) for key in keys]


def rows(**values: bytes | None) -> list[Write]:
    return [Write(TABLE, key.encode(), value) for key, value in values.items()]


async def commit(log: PartitionLog, *keys: bytes, writes: Sequence[Write] = ()) -> None:
    transaction = await log.begin(None)
    await transaction.send(out(*keys))
    await transaction.write(writes)
    await transaction.flush()
    await transaction.commit()


async def read(log: PartitionLog, count: int, most: int = 9) -> list[Record]:
    """The next `count` records, however many reads they take: a log may take its time."""
    found: list[Record] = []
    while len(found) < count:
        found += await log.read(most, WAIT_MS)
    assert len(found) == count, found
    return found


async def comes_to(ask: Callable[[], Awaitable[object]], expected: object) -> None:
    """Wait until an answer is what is expected: a log may take its time."""
    await eventually(f"{expected}", ask, lambda answer: answer == expected)


async def seen(bench: Bench) -> list[bytes | None]:
    return [each.key for each in await bench.outputs()]


async def restored(log: PartitionLog) -> dict[bytes, bytes]:
    found = [each async for part in log.restore() for each in part.writes]
    assert {each.table for each in found} <= {TABLE}
    last = {each.key: each.value for each in found}
    return {key: value for key, value in last.items() if value is not None}


async def begin(log: PartitionLog, begun: list[Transaction]) -> None:
    """Begin a transaction, into a list."""
    begun.append(await log.begin(None))


class MemoryBench:
    """The embedded log on the bench."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.changelogs = [f"group-{table}-changelog" for table in TABLES]
        topics = dict.fromkeys((FIRST, SECOND, *self.changelogs), 2)
        self.log = MemoryLog({**topics, OUTPUT: 1}, lambda: self.now_ms)
        self.number = 1

    def owner(self) -> PartitionLog:
        return MemoryPartition(self.log, "group", self.number, (FIRST, SECOND), TABLES)

    async def append(self, topic: str, key: bytes, at_ms: int) -> None:
        self.now_ms = at_ms
        number = 0 if topic == OUTPUT else self.number
        self.log.append(topic, key, b"value", partition=number)

    async def outputs(self) -> Sequence[Record]:
        return self.log.consumer((OUTPUT,)).poll()

    async def compact(self) -> None:
        for changelog in self.changelogs:
            self.log.compact(changelog)
