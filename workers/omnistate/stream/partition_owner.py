"""One partition's owner: keeps a partition task running for as long as the group wants it here.

It takes the partition over, runs batches, fires timers by the brokers' clock once everything has
been read, and starts anew after a fault. It knows no driver, and decides nothing about records.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from omnistate.stream.broker_clock import BrokerClock
from omnistate.stream.observer import PartitionObserver
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Fenced, LogUnavailable, PartitionLog, Processor, Restored

# How long a read waits for a record; timers and revocations are looked at in between.
READ_WAIT_MS: Final = 200
BACKOFF_S: Final = (0.1, 0.5, 1.0, 2.0)
# A zombie that has just been fenced learns by then from the group that it is no member any more.
FENCED_BACKOFF_S: Final = 1.0
# More than every bound within a turn: a client of the log that waits for ever is left behind.
TURN_S: Final = 75.0

P = TypeVar("P", bound=Processor)


class OwnedLog(PartitionLog, Protocol):
    """A partition's log as its owner needs it."""

    owned: bool

    async def close(self) -> None:
        """Let go of everything that `fence` has taken."""

    def backlog(self, topic: str) -> int:
        """How many records of an input are known of and not taken yet."""

    def oldest_ms(self, topic: str) -> int | None:
        """The append time of the oldest record that was fetched and not taken yet."""


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
    ) -> None:
        """Nothing is taken over before `run`; owners that share `deciding` decide by turns."""
        self.number = number
        self.log = log
        self.running = False
        self.restored_ratio = 0.0
        self.task: PartitionTask[P] = PartitionTask(log, make_processor, deciding)
        self._make_processor = make_processor
        self._deciding = deciding
        self._clock = clock
        self._observer = observer
        self._timer_grace_ms = timer_grace_ms
        self._stopping = asyncio.Event()
        self._resumed = asyncio.Event()
        self._resumed.set()
        self._turned_s = time.monotonic()
        # Whether the group has been rebalanced since the log was last sought.
        self._moved = False
        self._failures = 0

    async def run(self) -> None:
        """Until `stop`; what is no fault of the log's is raised and ends the worker."""
        try:
            while not self._stopping.is_set():
                try:
                    self._turned_s = time.monotonic()
                    await self._take_over()
                    await self._work()
                except Fenced as error:
                    self._observer.fenced(self.number, str(error))
                    await self._wait(FENCED_BACKOFF_S)
                except (LogUnavailable, UnknownOutcome) as error:
                    self._observer.failed(self.number, str(error))
                    await self._wait(BACKOFF_S[min(self._failures, len(BACKOFF_S) - 1)])
                    self._failures += 1
                finally:
                    self.running = False
        finally:
            await self.log.close()

    async def _take_over(self) -> None:
        if not await self._is_ours():
            return
        began_s = time.monotonic()
        self.task = PartitionTask(self.log, self._make_processor, self._deciding)
        self.restored_ratio = 0.0

        def report(part: Restored) -> None:
            self.restored_ratio = part.done / part.total if part.total else 1.0
            self._observer.restoring(self.number, part)

        agreed = await self.task.start(report)
        self._failures = 0
        self.running, self.restored_ratio = True, 1.0
        self._observer.started(self.number, time.monotonic() - began_s, agreed=agreed)

    async def _work(self) -> None:
        """Batch by batch; a pause ends between two of them."""
        task = self.task
        while not self._stopping.is_set():
            self._turned_s = time.monotonic()
            if self._moved:
                if await self._is_ours():
                    await task.rewind()
                continue
            try:
                async with asyncio.timeout(TURN_S):
                    await self._turn(task)
            except TimeoutError:
                raise LogUnavailable(f"no end of step {task.doing} in {TURN_S:g} s") from None

    async def _turn(self, task: PartitionTask[P]) -> None:
        committed = await task.run_batch(wait_ms=self._patience_ms())
        if committed.records:
            self._observer.committed(self.number, committed)
        else:
            await self._fire_timers()

    async def _is_ours(self) -> bool:
        """Wait until the group wants it here; False where it was told to end meanwhile.

        Only from here on the log is read again: a wait that began before the partition was taken
        away must end, and would not where it came back at once.
        """
        await self._resumed.wait()
        if self._stopping.is_set():
            return False
        self._moved, self.log.owned = False, True
        return True

    def _patience_ms(self) -> int:
        """How long to wait for a record: no longer than until the next timer may fire."""
        now_ms, due_ms = self._clock.now_ms(), self.task.processor.due_ms
        if now_ms is None or due_ms is None:
            return READ_WAIT_MS
        return min(READ_WAIT_MS, max(1, due_ms + self._timer_grace_ms - now_ms))

    async def _fire_timers(self) -> None:
        """By wall clock: what was due before everything was read, so no record was earlier."""
        now_ms, due_ms = self._clock.now_ms(), self.task.processor.due_ms
        if now_ms is None or due_ms is None or due_ms + self._timer_grace_ms > now_ms:
            return
        if await self.log.has_caught_up() and self.log.owned:
            committed = await self.task.fire_timers(now_ms - self._timer_grace_ms)
            late_ms = [late_ms + self._timer_grace_ms for late_ms in committed.batch.lateness_ms]
            batch = committed.batch._replace(lateness_ms=late_ms)
            self._observer.committed(self.number, committed._replace(batch=batch))

    async def _wait(self, seconds: float) -> None:
        """A pause that `stop` cuts short."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    @property
    def standing_still_s(self) -> float:
        """For how long it has been at one and the same turn of its work; 0 while it is not ours."""
        if not self.log.owned or not self._resumed.is_set():
            return 0.0
        return time.monotonic() - self._turned_s

    def lag(self, topic: str) -> tuple[int, float]:
        """How many records of an input are not taken yet, and the age of the oldest in seconds."""
        waiting = [record for record in self.task.pending if record.topic == topic]
        records = self.log.backlog(topic) + len(waiting)
        oldest_ms = waiting[0].timestamp_ms if waiting else self.log.oldest_ms(topic)
        now_ms = self._clock.now_ms()
        if oldest_ms is None or now_ms is None:
            return records, 0.0
        return records, max(0, now_ms - oldest_ms) / 1_000

    async def pause(self) -> None:
        """Take no further batch, and wait until the present one is committed."""
        self.log.owned, self.task.halted = False, True
        self._moved = True
        self._resumed.clear()
        self._observer.paused(self.number)
        await self.task.idle.wait()

    def resume(self) -> None:
        """The partition stayed here: go on from the last commit."""
        self._resumed.set()

    def stop(self) -> None:
        """End after the present batch."""
        self.log.owned, self.task.halted = False, True
        self._stopping.set()
        self._resumed.set()
