"""The law of replay: the inputs, in the order recorded, give the same outputs, byte for byte.

The one module of the audit that runs the engine's code: a fresh step over fresh tables, one
partition at a time, held against what lies on the topics and against the rows. The memory is that
of one partition's tables.
"""

from contextlib import aclosing

from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import ConversationRow, EarlyRow, Rows
from omnistate.audit.configuration_history import Configured
from omnistate.audit.cut import Cut
from omnistate.audit.findings import Findings
from omnistate.audit.order import Stretch, read_order
from omnistate.audit.replay_comparison import Comparison, Published
from omnistate.audit.scope import Scope
from omnistate.audit.source import TopicReader
from omnistate.audit.trail import digest
from omnistate.core.conversation.row_header import read_header
from omnistate.core.directory import Directory
from omnistate.stream.conversation.step import OUTPUTS_MAX, Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Batch


class ReplayCheck:
    """One partition, run once more."""

    def __init__(
        self,
        partition: int,
        layout: Layout,
        configured: Configured,
        published: Published,
        scope: Scope,
        findings: Findings,
    ) -> None:
        """Under the configuration as it is now, with empty tables."""
        self._partition = partition
        self._layout = layout
        self._directory = Directory(
            configured.workstreams, configured.profiles, configured.representatives
        )
        self._scope = scope
        self._findings = findings
        self._tables = Tables()
        self._comparison = Comparison(partition, published, scope, findings)
        self._clock_differs = False

    async def run(self, reader: TopicReader, cut: Cut, rows: Rows) -> None:
        """Feed the recorded order and compare, up to the cut."""
        order = read_order(reader, self._layout, self._partition, cut)
        async with aclosing(order):
            async for stretch in order:
                self._take(stretch)
        if await self._lost_inputs(reader):
            self._findings.note(
                f"not replayed: partition {self._partition}, of which inputs were deleted meanwhile"
            )
            return
        clock_ms = cut.clock_ms(self._partition)
        if clock_ms is not None:
            self._compare_rows(rows, clock_ms)
            self._fire_at_the_instant(clock_ms)
        await self._comparison.conclude(reader)

    async def _lost_inputs(self, reader: TopicReader) -> bool:
        beginnings = [await reader.beginnings(topic) for topic in self._layout.inputs]
        return any(each[self._partition] for each in beginnings)

    def _take(self, stretch: Stretch) -> None:
        """One batch as the engine had it, or a part of a stretch whose order is assumed."""
        if stretch.assumed and not self._comparison.doubtful:
            self._comparison.doubtful = True
            self._findings.note(
                f"partition {self._partition}: the positions of some batches are gone, so their "
                "inputs are replayed in the order of time"
            )
        step = self._begin()
        reached = stretch.reached
        until_ms = None if reached is None else reached.clock_ms
        for read in stretch.records:
            record = read
            if until_ms is not None and record.timestamp_ms > until_ms:
                # A time that the worker did not believe: taken at the clock that the batch came to.
                record = record._replace(timestamp_ms=until_ms)
            while not step.take(record):
                self._commit(step, stretch)
                step = self._begin()
        batch = self._commit(step, stretch)
        self._findings.counts["replayed"] += len(stretch.records)
        if reached is None or reached.clock_ms is None:
            return
        room = OUTPUTS_MAX - step.filled
        while batch.clock_ms is None or batch.clock_ms < reached.clock_ms:
            # The wall clock fired timers, or the batch was full before all that were due had fired.
            step = self._begin(room)
            fired_all = step.fire_timers(reached.clock_ms)
            batch = self._commit(step, stretch)
            if fired_all:
                break
            # Workers of before conversation-states did not count what they forgot.
            room = OUTPUTS_MAX
        if batch.clock_ms != reached.clock_ms:
            self._note_clock(stretch.place)
            self._tables.clock_ms = reached.clock_ms

    def _begin(self, outputs_max: int = OUTPUTS_MAX) -> Step:
        return Step(
            self._tables, self._directory, self._partition, self._layout.partitions, outputs_max
        )

    def _commit(self, step: Step, stretch: Stretch) -> Batch:
        batch = step.finish(None if stretch.reached is None else stretch.reached.offsets)
        self._tables.commit(batch)
        for output in batch.outputs:
            self._comparison.expect(output)
        self._findings.counts["timers"] += batch.tally["timer"]
        return batch

    def _note_clock(self, place: tuple[str, int, int]) -> None:
        """The first position whose clock is another; under a changed configuration it may be."""
        if not (self._clock_differs or self._scope.changed or self._comparison.doubtful):
            self._clock_differs = True
            self._findings.add("replay", *place, "the replay's clock stands elsewhere here")

    def _compare_rows(self, rows: Rows, clock_ms: int) -> None:
        """The rows are the replay's; newer ones than the cut's differ, so these are doubts."""
        tables, left_out = self._tables, self._scope.left_out
        topic = self._layout.conversations
        found: dict[str, ConversationRow | EarlyRow] = {
            **rows.conversations[self._partition],
            **rows.early[self._partition],
        }
        for conversation_id, row in found.items():
            key = conversation_id.encode()
            mine = tables.conversations.get(conversation_id)
            if hash(key) in left_out:
                continue
            self._findings.counts["rows compared"] += 1
            if mine is None:
                self._doubt((topic, row.offset), "the replay does not come to this row")
            elif digest(key, mine, ()) != row.digest and not _is_due(mine, clock_ms):
                self._doubt((topic, row.offset), "the replay comes to another row")
        if self._scope.changed or tables.timers.may_be_due(clock_ms):
            return
        topic = self._layout.counters
        for (partition, representative_id), counter in rows.counters.items():
            if partition == self._partition:
                key = representative_id.encode()
                if digest(key, tables.counters.get(representative_id), ()) != counter.digest:
                    self._doubt((topic, counter.offset), "the replay comes to another counter")

    def _doubt(self, place: tuple[str, int], sentence: str) -> None:
        if not self._comparison.doubtful:
            topic, offset = place
            where = (topic, self._partition, offset)
            self._findings.doubt("replay", where, sentence, of=self._partition)

    def _fire_at_the_instant(self, clock_ms: int) -> None:
        """Timers of duration 0 that the wall clock fired last: no position tells of them."""
        while self._comparison.has_leftovers:
            step = self._begin()
            step.fire_timers(clock_ms)
            batch = step.finish()
            self._tables.commit(batch)
            for output in batch.outputs:
                self._comparison.expect(output, surely=False)
            if not batch.outputs:
                break


def _is_due(row: bytes, clock_ms: int) -> bool:
    """Whether a timer of the row is due at the very instant of the clock, fired or not."""
    earliest_ms = read_header(row).due_ms
    return earliest_ms is not None and earliest_ms <= clock_ms
