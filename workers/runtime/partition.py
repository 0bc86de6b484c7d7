"""The partition task: owns one co-partition, from its fence to its last commit.

It must not know what log it runs on, nor decide anything about conversations.

Taking over (`start`), in this order:

    1. fence      a former owner can write nothing more; what it left open is aborted
    2. restore    read the changelogs to their end
    3. seek       to the committed input offsets
    4. index      enter every row's deadline

One batch (`run_batch`), in this order:

    1. read       records of both inputs, merged by record time
    2. step       over an overlay: decode, timers, decide; the tables stay as they are
    3. begin      the transaction
    4. send       the outputs
    5. write      each changed row once, into the changelogs
    6. offsets    the next offset to read of each input
    7. flush      wait until the log has taken everything
    8. commit     now, and only now, everything is visible
    9. merge      the overlay into the tables

Whatever fails before 8 aborts: the overlay is dropped, the inputs are read again, nothing has
happened. Where 8 itself fails its outcome is unknown: the task is thrown away and a new one
starts from what the log has committed.
"""

from collections.abc import Iterable

from workers.core.settings import Directory
from workers.runtime.ports import Fenced, PartitionLog, Record, Transaction
from workers.runtime.step import Batch, Step
from workers.runtime.tables import Tables

RECORDS_MAX = 2_000
OVER = "this task is over; a new one has to take the partition over"


class UnknownOutcome(Exception):
    """A commit or an abort failed: what took effect is for the next owner to read from the log."""


class PartitionTask:
    """One partition of the conversation worker, over any log."""

    def __init__(
        self, log: PartitionLog, directory: Directory, partition: int, partitions: int
    ) -> None:
        """The tables are empty until `start` has restored them."""
        self.tables = Tables()
        self._log = log
        self._directory = directory
        self._partition = partition
        self._partitions = partitions
        self._offsets: dict[str, int] = {}
        self._over = False

    async def start(self) -> None:
        """Take the partition over. Raises Fenced where somebody else took it in the meantime."""
        await self._log.fence()
        self.tables = Tables()
        self.tables.merge(await self._log.restore())
        self._offsets = dict(await self._log.committed())
        await self._log.seek(self._offsets)
        self.tables.index_timers()

    async def run_batch(self, max_records: int = RECORDS_MAX) -> tuple[Batch, int]:
        """Read, decide and commit one batch; returns it with the number of records it took.

        Raises what went wrong, after an abort; the next call reads the same records again.
        """
        if self._over:
            raise UnknownOutcome(OVER)
        try:
            records = await self._log.read(max_records)
        except BaseException as error:
            # The log may have moved on before it failed, or before somebody cancelled it.
            await self._undo(None, error)
            raise
        if not records:
            return Step(self.tables, self._directory).finish(), 0
        return await self._commit(records, None), len(records)

    async def fire_timers(self, until_ms: int) -> Batch:
        """Fire by wall clock what is due at `until_ms`: only for a partition that has caught up."""
        return await self._commit((), until_ms)

    async def _commit(self, records: Iterable[Record], until_ms: int | None) -> Batch:
        if self._over:
            raise UnknownOutcome(OVER)
        step = Step(self.tables, self._directory, self._partition, self._partitions)
        offsets = dict(self._offsets)
        transaction = None
        try:
            for record in records:
                step.take(record)
                offsets[record.topic] = record.offset + 1
            if until_ms is not None:
                step.fire_timers(until_ms)
            batch = step.finish()
            if not batch.outputs and not batch.writes and offsets == self._offsets:
                return batch
            transaction = await self._log.begin()
            await transaction.send(batch.outputs)
            await transaction.write(batch.writes)
            await transaction.send_offsets(offsets)
            await transaction.flush()
        except Fenced:
            self._over = True
            raise
        except BaseException as error:
            step.drop()
            await self._undo(transaction, error)
            raise
        try:
            await transaction.commit()
        except BaseException as error:
            # Whether it took effect is not known here, not even where somebody cancelled it.
            self._over = True
            if isinstance(error, Fenced) or not isinstance(error, Exception):
                raise
            raise UnknownOutcome(str(error)) from error
        self.tables.merge(batch.writes)
        self._offsets = offsets
        return batch

    async def _undo(self, transaction: Transaction | None, error: BaseException) -> None:
        """Abort and read the inputs again; where even that fails, the task is over."""
        try:
            if transaction is not None:
                await transaction.abort()
            await self._log.seek(self._offsets)
        except BaseException as failure:
            self._over = True
            if not isinstance(failure, Exception):
                raise
            raise UnknownOutcome(f"could not abort after: {error}") from error
