"""The embedded log with one fault in it, and a run of a day over it.

Every call of the ports that changes something is a numbered step; the fault comes before or after
the effect of one of them. What the task under test does then is its own business.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.core.directory import Directory
from omnistate.stream.conversation.processor import ConversationProcessor, process_conversations
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Outgoing, PartitionLog, Record, Restored, Transaction, Write
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    CONVERSATION_STATES,
    DEAD_LETTERS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

GROUP: Final = "conversation"
INPUTS: Final = (CHANNEL_EVENTS, AGENT_ACTIONS)
OUTPUTS: Final = (
    STATE_CHANGES,
    CAPACITY_CHANGES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    DEAD_LETTERS,
)


class Fault(Exception):
    """What the log was told to raise."""


class Moment(Enum):
    """When, within a step, something goes wrong; FENCED: another owner comes just before it."""

    BEFORE = "before"
    AFTER = "after"
    FENCED = "fenced"


class World:
    """An embedded log with one partition, a clock, and a day's records on its inputs."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.now_ms = 0
        changelogs = [f"{GROUP}-{table}-changelog" for table in TABLES]
        topics = (*INPUTS, *OUTPUTS, CONVERSATION_STATES, *changelogs)
        self.log = MemoryLog(dict.fromkeys(topics, 1), lambda: self.now_ms)
        self.append(records)

    def append(self, records: Iterable[Record]) -> None:
        """Put records on their inputs, at their own times or at the clock where that is later."""
        for record in records:
            self.now_ms = max(self.now_ms, record.timestamp_ms)
            self.log.append(record.topic, record.key, record.value, record.headers, 0)

    def owner(self) -> MemoryPartition:
        """Somebody who may become the one owner."""
        return MemoryPartition(self.log, GROUP, 0, INPUTS, TABLES)

    def task(
        self, directory: Directory, log: PartitionLog | None = None
    ) -> PartitionTask[ConversationProcessor]:
        """A task over the log, or over another that stands before it."""
        return PartitionTask(log or self.owner(), process_conversations(directory))

    def outputs(self) -> dict[str, list[Outgoing]]:
        """Everything that a reader of committed records sees, by topic."""
        return {
            topic: [
                Outgoing(each.topic, each.key, each.value, each.headers)
                for each in self.log.read(topic, 0, 0, 2**31)
            ]
            for topic in OUTPUTS
        }

    def states(self) -> dict[str, bytes]:
        """Where each conversation stands by `conversation-states`: the last value of its key."""
        records = self.log.read(CONVERSATION_STATES, 0, 0)
        last = {(each.key or b"").decode(): each.value for each in records}
        return {id_: value for id_, value in last.items() if value is not None}

    def compact(self) -> None:
        """Compact every changelog."""
        for table in TABLES:
            self.log.compact(f"{GROUP}-{table}-changelog")


Interfere = Callable[[], Awaitable[None]]


class FaultyLog:
    """A partition's log that fails once, at the step with number `at` (the first is 0)."""

    def __init__(
        self,
        log: PartitionLog,
        at: int,
        moment: Moment,
        interfere: Interfere | None = None,
        error: type[BaseException] = Fault,
        announce: bool = False,
    ) -> None:
        """`announce` counts the steps of the transaction that ends a takeover, too."""
        self._log = log
        self._at = at
        self._moment = moment
        self._interfere = interfere
        self._error = error
        self.steps: list[str] = []
        self.struck: str | None = None
        self._announce = announce
        self._announcing = False

    async def step(self, name: str, act: Callable[[], Awaitable[None]]) -> None:
        """Carry out a step, unless the fault is in it."""
        strikes = len(self.steps) == self._at
        self.steps.append(name)
        if strikes:
            self.struck = name
        if strikes and self._moment is Moment.BEFORE:
            raise self._error(f"before {name}")
        if strikes and self._interfere is not None:
            await self._interfere()
        await act()
        if strikes and self._moment is Moment.AFTER:
            raise self._error(f"after {name}")

    async def fence(self) -> None:
        self._announcing = not self._announce
        await self._log.fence()

    def restore(self) -> AsyncIterator[Restored]:
        return self._log.restore()

    async def committed(self) -> Mapping[str, int]:
        return await self._log.committed()

    async def topic_ids(self) -> Mapping[str, str]:
        return await self._log.topic_ids()

    async def seek(self, offsets: Mapping[str, int]) -> None:
        await self._log.seek(offsets)

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        return await self._log.read(max_records, wait_ms)

    async def has_caught_up(self) -> bool:
        return await self._log.has_caught_up()

    async def begin(self, at_ms: int | None) -> Transaction:
        if self._announcing:
            self._announcing = False
            return await self._log.begin(at_ms)
        found: list[Transaction] = []

        async def act() -> None:
            found.append(await self._log.begin(at_ms))

        await self.step("begin", act)
        return FaultyTransaction(self, found[0])


class FaultyTransaction:
    """A transaction whose steps are counted by its log."""

    def __init__(self, log: FaultyLog, transaction: Transaction) -> None:
        self._log = log
        self._transaction = transaction

    async def send(self, outputs: Iterable[Outgoing]) -> None:
        """Half of the outputs are out when it fails before its end."""
        found = list(outputs)
        await self._transaction.send(found[: len(found) // 2])
        await self._log.step("send", lambda: self._transaction.send(found[len(found) // 2 :]))

    async def write(self, writes: Iterable[Write]) -> None:
        found = list(writes)
        await self._transaction.write(found[: len(found) // 2])
        await self._log.step("write", lambda: self._transaction.write(found[len(found) // 2 :]))

    async def send_offsets(self, offsets: Mapping[str, int]) -> None:
        await self._log.step("offsets", lambda: self._transaction.send_offsets(offsets))

    async def flush(self) -> None:
        await self._log.step("flush", self._transaction.flush)

    async def commit(self) -> None:
        await self._log.step("commit", self._transaction.commit)

    async def abort(self) -> None:
        await self._log.step("abort", self._transaction.abort)


class StumblingLog(FaultyLog):
    """A log that fails, and fails again at the first step of the way back."""

    def __init__(
        self, log: Any, at: int, second: str, moment: Moment, error: type[BaseException]
    ) -> None:
        super().__init__(log, at, Moment.BEFORE)
        self._second = second
        self._stumbling = error
        self._when = moment
        self.stumbled = False

    async def step(self, name: str, act: Any) -> None:
        await super().step(name, lambda: self._stumble(name, act))

    async def seek(self, offsets: Any) -> None:
        await self._stumble("seek", lambda: super(StumblingLog, self).seek(offsets))

    async def _stumble(self, name: str, act: Any) -> None:
        stumbles = self.struck is not None and not self.stumbled and name == self._second
        self.stumbled |= stumbles
        if stumbles and self._when is Moment.BEFORE:
            raise self._stumbling(f"before {name}")
        await act()
        if stumbles:
            raise self._stumbling(f"after {name}")
