"""The partition task: owns one co-partition, from its fence to its last commit.

It must not know what log it runs on, nor decide anything about conversations.

Taking over (`start`), in this order:

    1. fence      a former owner can write nothing more; what it left open is aborted
    2. restore    read the changelogs to their end
    3. wait       until the group wants the partition here, where it was taken away meanwhile
    4. index      enter every row's deadline
    5. seek       to the input offsets that the tables were committed with
    6. announce   commit the position once more: proves that we may write

One batch (`run_batch`), in this order:

    1. read       records of both inputs, merged by record time
    2. step       over an overlay: decode, timers, decide; the tables stay as they are
    3. begin      the transaction
    4. send       the outputs, then where each conversation that changed stands now
    5. write      each changed row once, and the position, into the changelogs
    6. offsets    the next offset to read of each input
    7. flush      wait until the log has taken everything
    8. commit     now, and only now, everything is visible
    9. merge      the overlay into the tables

Whatever fails before 8 aborts: the overlay is dropped, the inputs are read again, nothing has
happened. Where 8 itself fails its outcome is unknown: the task is thrown away and a new one
starts from what the log has committed.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final, Generic, TypeVar

from omnistate.stream.inbox import take_records
from omnistate.stream.outcome import NOTHING, CommittedBatch, DecidedBatch, UnknownOutcome
from omnistate.stream.ownership import OwnerEvent, Ownership, OwnerState
from omnistate.stream.ports import (
    Fenced,
    PartitionLog,
    Processor,
    Record,
    Restored,
    Transaction,
)
from omnistate.stream.row_writing import write_as, write_position
from omnistate.stream.takeover import restore_tables

P = TypeVar("P", bound=Processor)

RECORDS_MAX: Final = 8_000
# So many records are decided before heartbeats and other partitions get their turn.
RECORDS_AT_A_STRETCH: Final = 400
OVER: Final = "this task is over; a new one has to take the partition over"


class PartitionTask(Generic[P]):
    """One partition of a worker, over any log."""

    def __init__(
        self,
        log: PartitionLog,
        make_processor: Callable[[], P],
        deciding: asyncio.Lock | None = None,
        ownership: Ownership | None = None,
    ) -> None:
        """The rows are empty until `start` has restored them.

        Tasks that share `deciding` decide by turns; `ownership` says what the task may do.
        """
        self.processor = make_processor()
        self._make_processor = make_processor
        self._log = log
        self._offsets: dict[str, int] = {}
        self._pending: Sequence[Record] = ()
        self._ownership = ownership or Ownership()
        self._deciding = deciding or asyncio.Lock()
        # The step of the protocol that it is at.
        self.doing = "nothing yet"

    @property
    def offsets(self) -> dict[str, int]:
        """The next offset to take of each input."""
        return dict(self._offsets)

    @property
    def pending(self) -> Sequence[Record]:
        """Records that were read and are not committed yet."""
        return self._pending

    async def start(self, report: Callable[[Restored], None] | None = None) -> bool:
        """Take the partition over; `report` is told how the restore comes on.

        Returns whether the group's offsets were those of the tables; where they were not, the
        tables are right. Raises Fenced where somebody else took it, and PartitionStopped.
        """
        found = await restore_tables(self._log, self._ownership, self._make_processor, report)
        if found is None:
            return True
        self.processor, self._offsets, agreed = found
        self.processor.index()
        await self._log.seek(self._offsets)
        # At once: whoever is given it again behind the seek has to rewind.
        self._ownership.move(OwnerEvent.RESTORED)
        await self._commit((), None, announce=True)
        return agreed

    async def rewind(self) -> None:
        """Read on from the last commit, after somebody else may have moved the log's position."""
        self._pending = ()
        await self._log.seek(self._offsets)
        self._ownership.move(OwnerEvent.REWOUND)

    async def run_batch(self, max_records: int = RECORDS_MAX, wait_ms: int = 0) -> CommittedBatch:
        """Read, decide and commit one batch; without records where there was nothing to read.

        Raises what went wrong, after an abort; the next call reads the same records again.
        """
        self._check()
        records = self._pending
        if not records:
            self.doing = "read"
            try:
                records = await self._log.read(max_records, wait_ms)
            except BaseException as error:
                # The log may have moved on before it failed, or before somebody cancelled it.
                await self._undo(None, error)
                raise
            self._pending = records
        return await self._commit(records, None) if records else NOTHING

    def _check(self) -> None:
        """Raise UnknownOutcome where this task is over."""
        if self._ownership.over:
            raise UnknownOutcome(OVER)

    async def fire_timers(self, until_ms: int) -> CommittedBatch:
        """Fire by wall clock what is due at `until_ms`: only for a partition that has caught up."""
        return await self._commit((), until_ms)

    async def _commit(
        self, records: Sequence[Record], until_ms: int | None, *, announce: bool = False
    ) -> CommittedBatch:
        self._check()
        self.doing = "wait for its turn"
        async with self._deciding:
            state = self._ownership.move(OwnerEvent.BATCH_BEGUN)
            if state is not OwnerState.COMMITTING and not announce:
                return NOTHING
            try:
                decided = await self._decide(records, until_ms)
            except BaseException:
                self._ownership.move(OwnerEvent.BATCH_ENDED)
                raise
        try:
            return await self._carry_out(records, decided, announce=announce)
        finally:
            self._ownership.move(OwnerEvent.BATCH_ENDED)

    async def _decide(self, records: Sequence[Record], until_ms: int | None) -> DecidedBatch:
        """Step 2; on any error the overlay is dropped and the inputs are read again."""
        began_s = time.perf_counter()
        self.doing = "step"
        step = self.processor.begin()
        offsets = dict(self._offsets)
        taken = 0
        try:
            while taken < len(records):
                stop = taken + RECORDS_AT_A_STRETCH
                taken = take_records(step.take, records, taken, stop, offsets)
                if taken < stop:
                    break
                await asyncio.sleep(0)
            if until_ms is not None:
                step.fire_timers(until_ms)
            batch = step.finish(offsets)
        except BaseException as error:
            step.drop()
            await self._undo(None, error)
            raise
        return DecidedBatch(step, batch, offsets, taken, time.perf_counter() - began_s)

    async def _carry_out(
        self, records: Sequence[Record], decided: DecidedBatch, *, announce: bool
    ) -> CommittedBatch:
        """Steps 3 to 9."""
        began_s = time.perf_counter()
        step, batch, offsets, taken, step_s = decided
        transaction = None
        if announce and not batch.writes:
            rows, ids = self.processor.rows, self.processor.topic_ids
            batch.writes.append(write_position(batch.clock_ms, offsets, rows, ids))
        if not batch.outputs and not batch.writes:
            self.processor.commit(batch)
            return CommittedBatch(batch, taken, step_s, 0.0)
        last_ms = records[taken - 1].timestamp_ms if taken else 0
        try:
            self.doing = "begin"
            transaction = await self._log.begin(batch.clock_ms or last_ms or None)
            self.doing = "send"
            await transaction.send(chain(batch.outputs, batch.states))
            self.doing = "write"
            await transaction.write(write_as(self.processor.row_version, batch.writes))
            self.doing = "offsets"
            await transaction.send_offsets(offsets)
            self.doing = "flush"
            await transaction.flush()
        except Fenced:
            self._ownership.move(OwnerEvent.FAILED)
            raise
        except BaseException as error:
            step.drop()
            await self._undo(transaction, error)
            raise
        self.doing = "commit"
        try:
            await transaction.commit()
        except BaseException as error:
            # Whether it took effect is not known here, not even where somebody cancelled it.
            self._ownership.move(OwnerEvent.FAILED)
            if isinstance(error, Fenced) or not isinstance(error, Exception):
                raise
            raise UnknownOutcome(str(error) or type(error).__name__) from error
        self.processor.commit(batch)
        self._offsets = offsets
        self._pending = records[taken:]
        return CommittedBatch(batch, taken, step_s, time.perf_counter() - began_s)

    async def _undo(self, transaction: Transaction | None, error: BaseException) -> None:
        """Abort and read the inputs again; where even that fails, the task is over."""
        self._pending = ()
        self.doing = "abort"
        try:
            if transaction is not None:
                await transaction.abort()
            await self._log.seek(self._offsets)
        except BaseException as failure:
            self._ownership.move(OwnerEvent.FAILED)
            if isinstance(failure, Fenced) or not isinstance(failure, Exception):
                raise
            raise UnknownOutcome(f"could not abort after: {error!r}") from error
