"""Workers over the embedded log: a group that assigns its partitions, without any broker.

A worker can be paused for longer than the group waits (a zombie), end, or fail at the log.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition, MemoryTransaction
from omnistate.core.directory import Directory
from omnistate.stream.broker_clock import BrokerClock
from omnistate.stream.conversation.processor import ConversationProcessor, process_conversations
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.outcome import CommittedBatch, PartitionStopped
from omnistate.stream.ownership import Ownership, OwnerState
from omnistate.stream.partition_owner import PartitionOwner
from omnistate.stream.partition_owners import PartitionOwners
from omnistate.stream.ports import LogUnavailable, Record, Restored

from tests.stream.faulty_log import GROUP, INPUTS


class RigLog(MemoryPartition):
    """A partition whose owner can be told to fail, and whose steps let others run in between."""

    def __init__(self, log: MemoryLog, number: int, ownership: Ownership) -> None:
        super().__init__(log, GROUP, number, INPUTS, TABLES)
        self.ownership = ownership
        self.error: BaseException | None = None
        # What the next read of records raises.
        self.unreadable: BaseException | None = None
        # A read that waits for what cannot come while the partition is taken away and given back.
        self.blind = False
        self.frozen = asyncio.Event()
        self.frozen.set()
        # Whoever is given a partition, anew or again, reads nothing before it has said from where.
        self.placed = False
        # The step of the next takeover that stands still until it is told to go on.
        self.hold_at = ""
        self.held = asyncio.Event()
        self._fed_s = time.monotonic()

    async def _come_between(self, step: str = "") -> None:
        await asyncio.sleep(0)
        if step and step == self.hold_at:
            self.hold_at = ""
            self.held.set()
            self.frozen.clear()
        await self.frozen.wait()
        error, self.error = self.error, None
        if error is not None:
            raise error

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        await asyncio.sleep(0.0005)
        while self.blind and self.ownership.reading:
            await asyncio.sleep(0.0005)
        self.blind = False
        unreadable, self.unreadable = self.unreadable, None
        if unreadable is not None:
            raise unreadable
        if not (self.ownership.reading and self.placed):
            return []
        records = await super().read(min(max_records, 7), wait_ms)
        if records:
            self._fed_s = time.monotonic()
        return records

    async def fence(self) -> None:
        await self._come_between("fence")
        await super().fence()

    async def restore(self) -> AsyncIterator[Restored]:
        await self._come_between("restore")
        async for part in super().restore():
            yield part

    async def committed(self) -> Mapping[str, int]:
        await self._come_between("committed")
        return await super().committed()

    async def seek(self, offsets: Mapping[str, int]) -> None:
        # Where the inputs begin and end is asked for first.
        await self._come_between("seek")
        if self.ownership.ours:
            self.placed = True
            await super().seek(offsets)

    async def begin(self, at_ms: int | None) -> MemoryTransaction:
        await self._come_between("begin")
        found = await super().begin(at_ms)
        await self._come_between("send")
        return found

    async def close(self) -> None:
        return None

    def backlog(self, topic: str) -> int:
        return len(self.log.read(topic, self.number, self._next.get(topic, 0)))

    @property
    def starved_s(self) -> float:
        if not any(map(self.backlog, INPUTS)):
            self._fed_s = time.monotonic()
        return time.monotonic() - self._fed_s

    def oldest_ms(self, topic: str) -> int | None:
        return None


class Notes:
    """The port `Observer`: what was told, in words."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    def assigned(self, partition: int) -> None:
        self.told.append(("assigned", partition))

    def restoring(self, partition: int, part: Restored) -> None:
        assert part.done <= part.total

    def started(self, partition: int, seconds: float, *, agreed: bool) -> None:
        assert agreed
        self.told.append(("started", partition))

    def committed(self, partition: int, committed: CommittedBatch) -> None:
        self.told.append(("committed", partition))

    def fenced(self, partition: int, reason: str) -> None:
        self.told.append(("fenced", partition))

    def failed(self, partition: int, reason: str) -> None:
        self.told.append(("failed", partition))

    def stopped(self, partition: int, stop: PartitionStopped) -> None:
        self.told.append(("stopped", partition))

    def paused(self, partition: int) -> None:
        self.told.append(("paused", partition))

    def revoked(self, partition: int) -> None:
        self.told.append(("revoked", partition))

    def clock_ahead(self, partition: int, topic: str, offset: int) -> None:
        raise AssertionError((partition, topic, offset))

    def held_up(self, partition: int, topic: str, offset: int) -> None:
        raise AssertionError((partition, topic, offset))

    def gone(self, partition: int, topic: str, records: int) -> None:
        raise AssertionError("nothing is ever gone here")


class GroupRig:
    """One worker: its owners and what they told."""

    def __init__(self, log: MemoryLog, directory: Directory, partitions: int) -> None:
        self.notes = Notes()
        self.logs: dict[int, RigLog] = {}
        self.clock = BrokerClock()

        def make_owner(number: int) -> PartitionOwner[ConversationProcessor]:
            ownership = Ownership()
            self.logs[number] = RigLog(log, number, ownership)
            processor = process_conversations(directory, number, partitions)
            return PartitionOwner(
                number,
                self.logs[number],
                processor,
                self.clock,
                self.notes,
                1_000,
                ownership=ownership,
            )

        self.owners: PartitionOwners[ConversationProcessor] = PartitionOwners(
            make_owner, self.notes
        )

    def assign(self, numbers: Iterable[int]) -> None:
        """A rebalance has ended with these partitions."""
        for log in self.logs.values():
            log.placed = False
        self.owners.assign(numbers)

    def unavailable(self, number: int) -> None:
        """Let the next transaction of a partition fail."""
        self.logs[number].error = LogUnavailable("told so")

    async def caught_up(self) -> bool:
        """Whether every partition of this worker runs and has committed everything."""
        return all(
            [
                await self.logs[owner.number].has_caught_up()
                # Not in the midst of a batch, nor of undoing one: it reads its records again.
                and owner.ownership.state is OwnerState.RUNNING
                and not owner.task.pending
                for owner in self.owners
            ]
        )
