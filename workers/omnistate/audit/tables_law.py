"""The law of tables: the rows of the conversations are what their changes come to.

A row may be newer than the cut, so it is compared with the very change that it counts as its last,
while the changes go by. Which holds a row has is the ledger's business.
"""

from collections.abc import Mapping

from omnistate_schemas.vocabulary import STATE_CHANGES

from omnistate.audit.audit_layout import Layout
from omnistate.audit.audited_rows import ConversationRow
from omnistate.audit.configuration_history import Configured
from omnistate.audit.cut import Cut, place_of
from omnistate.audit.findings import Findings, Side
from omnistate.audit.sequence_law import LastChange, ReadChange


class ConversationTable:
    """The rows of one partition, held against the changes of that partition."""

    def __init__(
        self,
        partition: int,
        rows: Mapping[str, ConversationRow],
        layout: Layout,
        cut: Cut,
        configured: Configured,
        findings: Findings,
    ) -> None:
        """`rows` are marked while changes go by."""
        self._partition = partition
        self._rows = rows
        self._topic = layout.conversations
        self._lacking = layout.lacks_records(STATE_CHANGES, partition)
        self._clock_ms = cut.clock_ms(partition)
        self._configured = configured
        self._findings = findings

    def see(self, change: ReadChange) -> None:
        """Compare the row with the change where it is the row's last one."""
        data, standing = change.event.data, change.standing
        row = self._rows.get(change.event.subject)
        if row is None:
            if data.status == "closed":
                self._check_forgotten(change)
        elif row.origin != standing.origin:
            # The id was used again after the conversation of this change had been forgotten.
            return
        elif data.sequence == row.sequence:
            row.seen = True
            self._compare(change, row)
        elif data.sequence > row.sequence:
            row.seen = True
            sentence = f"the row has come to change {row.sequence} only"
            place = place_of(change.record)
            self._findings.report("tables", place, sentence, standing.side, of=self._partition)

    def conclude(self, standings: Mapping[str, LastChange]) -> None:
        """Find the conversations without a row, and the rows without a change."""
        for conversation_id, standing in standings.items():
            if conversation_id not in self._rows:
                place = (STATE_CHANGES, self._partition, standing.offset)
                self._findings.report(
                    "tables",
                    place,
                    "this conversation has no row",
                    standing.side,
                    of=self._partition,
                )
        for row in self._rows.values():
            if not row.seen and not self._lacking:
                sentence = f"change {row.sequence}, which the row counts, is not on the topic"
                self._findings.add("tables", *self._place(row), sentence)

    def _compare(self, change: ReadChange, row: ConversationRow) -> None:
        data = change.event.data
        kept: list[tuple[str, object, object]] = [
            ("status", row.status, data.status),
            ("detail", row.detail, data.detail),
            ("since when", row.since_ms, change.standing.since_ms),
            ("queue_id", row.queue_id, data.queue_id),
            ("representative_id", row.representative_id, data.representative_id),
        ]
        # Of a closed conversation the rest is gone.
        rest: list[tuple[str, object, object]] = [
            ("channel", row.channel, data.channel),
            ("workstream_id", row.workstream_id, data.workstream_id),
            ("customer_id", row.customer_id, data.customer_id),
            (
                "offered_representative_ids",
                row.offered_representative_ids,
                tuple(data.offered_representative_ids),
            ),
            ("skipped", row.skipped, tuple(data.skipped_representative_ids)),
            ("transfer_count", row.transfer_count, data.transfer_count),
            ("overflow_count", row.overflow_count, data.overflow_count),
            ("priority", row.priority, data.priority),
        ]
        for name, value, expected in kept if row.status == "closed" else kept + rest:
            if value != expected:
                sentence = f"{name}: is not what change {row.sequence} says"
                self._findings.add("tables", *self._place(row), sentence)
        if row.occurred_ms < change.standing.occurred_ms:
            sentence = f"occurred_at: is before that of change {row.sequence}"
            self._findings.add("tables", *self._place(row), sentence)

    def _check_forgotten(self, change: ReadChange) -> None:
        """A closed conversation may only be forgotten once its retention has passed.

        Where the configuration changed after it began, its retention is not known.
        """
        standing = change.standing
        workstream = self._configured.workstreams.get(standing.workstream_id)
        if workstream is None or self._clock_ms is None or change.side is Side.BEYOND:
            return
        if (self._configured.changed_ms or 0) > standing.began_ms:
            return
        retention_s = workstream.closed_retention
        if retention_s is None or change.at_ms + round(retention_s * 1_000) > self._clock_ms:
            # A row that is newer than the cut may rightly be gone.
            self._findings.doubt(
                "tables",
                place_of(change.record),
                "closed not long enough ago to be forgotten, but it has no row",
                of=self._partition,
            )

    def _place(self, row: ConversationRow) -> tuple[str, int, int]:
        return self._topic, self._partition, row.offset
