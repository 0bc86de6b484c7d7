"""One partition of the engine: its changes, its inputs, and what accounts for what.

It hands each record to whoever checks a law of it, in the order of the topic.
"""

from collections.abc import Set as AbstractSet

from omnistate_schemas.vocabulary import STATE_CHANGES

from omnistate.audit.accounting_law import CHANGED, Inputs
from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import Rows
from omnistate.audit.configuration_history import Configured
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side
from omnistate.audit.recorded_inputs import Recordings
from omnistate.audit.replay_comparison import Published
from omnistate.audit.replay_law import ReplayCheck
from omnistate.audit.scope import Scope
from omnistate.audit.sequence_law import ReadChange, Sequences
from omnistate.audit.source import TopicReader, WatchedReader
from omnistate.audit.states_law import States
from omnistate.audit.tables_law import ConversationTable


class PartitionAudit:
    """Everything about one partition."""

    def __init__(
        self,
        partition: int,
        layout: Layout,
        cut: Cut,
        published: Published,
        scope: Scope,
        findings: Findings,
    ) -> None:
        """The trails of `published` that are of this partition alone are filled in."""
        self._partition = partition
        self._layout = layout
        self._cut = cut
        self._published = published
        self._scope = scope
        self._findings = findings

    async def run(
        self, reader: TopicReader, rows: Rows, configured: Configured
    ) -> AbstractSet[str]:
        """Read the outputs, then the inputs, replayed or not, and account for each of them.

        The conversations that are not on `conversation-states` without anybody having lost them.
        """
        partition, layout, published = self._partition, self._layout, self._published
        inputs = Inputs(partition, layout, self._cut, self._findings)
        await inputs.measure(reader)
        unfilled = await self._read_changes(reader, inputs, rows, configured)
        recordings = Recordings(layout, self._cut, inputs, self._findings)
        await recordings.read(reader, published.recordings, self._scope.left_out)
        published.refusals.mark(inputs)
        published.dead_letters.mark(inputs)
        inputs.mark_waiting(layout.conversations, rows.waiting[partition])
        if self._scope.replayed:
            replay = ReplayCheck(
                partition, layout, configured, published, self._scope, self._findings
            )
            await replay.run(WatchedReader(reader, inputs.see), self._cut, rows)
        else:
            await inputs.read(reader)
        inputs.conclude(
            outputs_lacking=published.dead_letters.lacking or layout.lacks_outputs(partition)
        )
        return unfilled

    async def _read_changes(
        self, reader: TopicReader, inputs: Inputs, rows: Rows, configured: Configured
    ) -> AbstractSet[str]:
        partition, layout, trail = self._partition, self._layout, self._published.changes
        lacking = layout.lacks_records(STATE_CHANGES, partition)
        sequences = Sequences(
            partition, layout.partitions, self._cut, self._findings, lacking=lacking
        )
        table = ConversationTable(
            partition,
            rows.conversations[partition],
            layout,
            self._cut,
            configured,
            self._findings,
        )
        states = States(partition, layout, self._cut, self._findings)
        await states.read(reader)
        start, end = layout.beginning(STATE_CHANGES, partition), await reader.ends(STATE_CHANGES)
        async for chunk in reader.records(STATE_CHANGES, partition, start, end[partition]):
            self._findings.counts["changes"] += len(chunk)
            for record in chunk:
                change = sequences.read(record)
                if change is not None:
                    table.see(change)
                    states.see(change)
                    self._account(change, inputs)
                if hash(record.key) not in self._scope.left_out:
                    trail.append(record, Side.WITHIN if change is None else change.side)
        table.conclude(sequences.standings)
        return states.conclude(rows.conversations[partition])

    def _account(self, change: ReadChange, inputs: Inputs) -> None:
        """The input that a change names is accounted for."""
        named, place = change.event.data.input, place_of(change.record)
        if named is not None and named.topic not in self._layout.inputs:
            self._findings.add("accounting", *place, "input: is of no topic of inputs")
            return
        if change.side is Side.BEYOND:
            sentence = "of a later batch than the last that was committed"
            self._findings.doubt("accounting", place, sentence, of=self._partition)
        if named is None or named.partition != self._partition:
            return
        where = (named.topic, named.offset)
        # An input that waited at the cut may have been taken since.
        if self._cut.side_of_input(self._partition, *where) is Side.WITHIN:
            inputs.mark(CHANGED, place, where, goes_on=change.goes_on)
