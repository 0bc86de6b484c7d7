"""One partition's owner: keeps a partition task running for as long as the group wants it here.

It takes the partition over, runs batches, fires timers by the brokers' clock once everything has
been read, and starts anew after a fault. What it may do at present is for `ownership` to say. It
knows no driver, and decides nothing about records.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from omnistate.core.row_version import NewerVersion
from omnistate.stream.broker_clock import BrokerClock
from omnistate.stream.observer import PartitionObserver
from omnistate.stream.outcome import CommittedBatch, PartitionStopped, UnknownOutcome
from omnistate.stream.ownership import BATCH_UNDER_WAY, OwnerEvent, Ownership, OwnerState
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Fenced, LogUnavailable, PartitionLog, Processor, Restored

# How long a read waits for a record; timers and revocations are looked at in between.
READ_WAIT_MS: Final = 200
# Pauses between tries that may help: they grow until a batch is committed.
BACKOFF_S: Final = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
# A zombie that has just been fenced learns by then from the group that it is no member any more.
FENCED_BACKOFF_S: Final = 1.0
# How often a stopped partition is looked at again: somebody may have mended it.
STOPPED_S: Final = 30.0
# More than every bound within a turn: a client of the log that waits for ever is left behind.
TURN_S: Final = 75.0
# A client of the log that hands out nothing of what is there is started anew.
STARVED_S: Final = 75.0
IDLE: Final = frozenset(OwnerState) - BATCH_UNDER_WAY
WITH_TABLES: Final = (BATCH_UNDER_WAY - {OwnerState.ANNOUNCING}) | {
    OwnerState.RUNNING,
    OwnerState.PAUSED,
    OwnerState.RESUMING,
}
WAITING: Final = frozenset({OwnerState.PAUSED, OwnerState.SUSPENDED, OwnerState.AWAY})

P = TypeVar("P", bound=Processor)


class OwnedLog(PartitionLog, Protocol):
    """A partition's log as its owner needs it."""

    async def close(self) -> None:
        """Let go of everything that `fence` has taken."""

    def backlog(self, topic: str) -> int:
        """How many records of an input are known of and not taken yet."""

    def oldest_ms(self, topic: str) -> int | None:
        """The append time of the oldest record that was fetched and not taken yet."""

    @property
    def starved_s(self) -> float:
        """For how long nothing has come although there is something to read."""


class PartitionOwner(Generic[P]):
    """Owns one partition from `run` until it is stopped or released."""

    def __init__(
        self,
        number: int,
        log: OwnedLog,
        make_processor: Callable[[], P],
        clock: BrokerClock,
        observer: PartitionObserver,
        timer_grace_ms: int,
        deciding: asyncio.Lock | None = None,
        *,
        ownership: Ownership,
    ) -> None:
        """Nothing is taken over before `run`; owners that share `deciding` decide by turns.

        The log looks at the same `ownership`: what it reads while that says no is not used.
        """
        self.number = number
        self.log = log
        self.ownership = ownership
        self.restored_ratio = 0.0
        # Why it stands still, until a turn of its work has succeeded again.
        self.problem: PartitionStopped | None = None
        self._make_processor = make_processor
        self._deciding = deciding
        self._clock = clock
        self._observer = observer
        self._timer_grace_ms = timer_grace_ms
        self._turned_s = time.monotonic()
        self._failures = 0
        self.task = self._new_task()

    def _new_task(self) -> PartitionTask[P]:
        return PartitionTask(self.log, self._make_processor, self._deciding, self.ownership)

    @property
    def running(self) -> bool:
        """Whether its tables are whole and it works, or would if it were not taken away."""
        return self.ownership.state in WITH_TABLES and self.problem is None

    async def run(self) -> None:
        """Until `stop`. Whatever goes wrong is said, and tried again after a pause.

        Raises NewerVersion: this release must not go on beside one whose rows it cannot read.
        """
        try:
            while not self.ownership.ending:
                self._turned_s = time.monotonic()
                pause_s = await self._try()
                if pause_s and not self.ownership.ending:
                    await self._wait(pause_s)
        finally:
            await self.log.close()
            if self.ownership.ending:
                self.ownership.move(OwnerEvent.LET_GO)

    async def _try(self) -> float:
        """One step of the work; for how many seconds to pause afterwards."""
        try:
            await self._act()
        except Fenced as error:
            self.ownership.move(OwnerEvent.FAILED)
            self._observer.fenced(self.number, str(error))
            return FENCED_BACKOFF_S
        except (LogUnavailable, UnknownOutcome) as error:
            self.ownership.move(OwnerEvent.FAILED)
            self._observer.failed(self.number, str(error))
            self._failures += 1
            return BACKOFF_S[min(self._failures, len(BACKOFF_S)) - 1]
        except NewerVersion:
            raise
        except PartitionStopped as stop:
            return self._give_up(stop)
        except Exception as error:
            # A fault of ours, or rows that cannot be read: the other partitions go on.
            reason = f"{type(error).__name__}: {error}"
            fault = PartitionStopped("fault", reason)
            fault.__cause__ = error
            return self._give_up(fault)
        return 0.0

    def _give_up(self, stop: PartitionStopped) -> float:
        self.ownership.move(OwnerEvent.GAVE_UP)
        if self.problem is None or str(self.problem) != str(stop):
            self._observer.stopped(self.number, stop)
        self.problem = stop
        return STOPPED_S

    async def _act(self) -> None:
        match self.ownership.state:
            case OwnerState.JOINING | OwnerState.BACKING_OFF | OwnerState.STOPPED:
                await self._take_over()
            case OwnerState.RUNNING:
                await self._turn()
            case OwnerState.RESUMING:
                await self.task.rewind()
            case _:
                await self.ownership.wait_for(frozenset(OwnerState) - WAITING)

    async def _take_over(self) -> None:
        began_s = time.monotonic()
        self.task = self._new_task()
        self.restored_ratio = 0.0

        def report(part: Restored) -> None:
            self.restored_ratio = part.done / part.total if part.total else 1.0
            self._observer.restoring(self.number, part)

        agreed = await self.task.start(report)
        if not self.ownership.ending:
            self.restored_ratio = 1.0
            self._observer.started(self.number, time.monotonic() - began_s, agreed=agreed)

    async def _turn(self) -> None:
        """One batch, or the timers where there is nothing to read."""
        try:
            async with asyncio.timeout(TURN_S):
                batch = await self.task.run_batch(wait_ms=self._patience_ms())
                committed = batch if batch.records else await self._fire_timers()
        except TimeoutError:
            raise LogUnavailable(f"no end of step {self.task.doing} in {TURN_S:g} s") from None
        if not batch.records and self.log.starved_s > STARVED_S:
            raise LogUnavailable(f"nothing has come for {STARVED_S:g} s of what is there")
        self.problem = None
        if committed is not None:
            self._failures = 0
            self._observer.committed(self.number, committed)

    def _patience_ms(self) -> int:
        """How long to wait for a record: no longer than until the next timer may fire."""
        now_ms, due_ms = self._clock.now_ms(), self.task.processor.due_ms
        if now_ms is None or due_ms is None:
            return READ_WAIT_MS
        return min(READ_WAIT_MS, max(1, due_ms + self._timer_grace_ms - now_ms))

    async def _fire_timers(self) -> CommittedBatch | None:
        """By wall clock: what was due before everything was read, so no record was earlier."""
        now_ms, due_ms = self._clock.now_ms(), self.task.processor.due_ms
        if now_ms is None or due_ms is None or due_ms + self._timer_grace_ms > now_ms:
            return None
        if not (await self.log.has_caught_up() and self.ownership.reading):
            return None
        committed = await self.task.fire_timers(now_ms - self._timer_grace_ms)
        late_ms = [late_ms + self._timer_grace_ms for late_ms in committed.batch.lateness_ms]
        return committed._replace(batch=committed.batch._replace(lateness_ms=late_ms))

    async def _wait(self, seconds: float) -> None:
        """A pause that a change of ownership cuts short."""
        resting = self.ownership.state
        try:
            async with asyncio.timeout(seconds):
                await self.ownership.wait_for(frozenset(OwnerState) - {resting})
        except TimeoutError:
            return

    @property
    def standing_still_s(self) -> float:
        """For how long it has been at one and the same turn of its work; 0 while it need not."""
        if self.ownership.state not in (OwnerState.RUNNING, OwnerState.COMMITTING):
            return 0.0
        return time.monotonic() - self._turned_s

    def lag(self, topic: str) -> tuple[int, float]:
        """How many records of an input are not taken yet, and the age of the oldest in seconds."""
        waiting = [record for record in self.task.pending if record.topic == topic]
        records = self.log.backlog(topic) + len(waiting)
        oldest_ms = waiting[0].timestamp_ms if waiting else self.log.oldest_ms(topic)
        now_ms = self._clock.now_ms()
        # What was deleted unread bears no time.
        if not oldest_ms or now_ms is None:
            return records, 0.0
        return records, max(0, now_ms - oldest_ms) / 1_000

    async def pause(self) -> None:
        """Take no further batch, and wait until the present one is committed."""
        self.ownership.move(OwnerEvent.TAKEN_AWAY)
        self._observer.paused(self.number)
        await self.ownership.wait_for(IDLE)

    def resume(self) -> None:
        """The partition stayed here: go on from the last commit."""
        self.ownership.move(OwnerEvent.GIVEN)

    def stop(self) -> None:
        """End after the present batch."""
        self.ownership.move(OwnerEvent.RELEASED)
