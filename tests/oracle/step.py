"""One step: everything that one input or one timer brings about in one conversation.

Prints state changes, releases and holds in order (contract.md#order-of-outputs). Knows how a
change is described, not which rule applies.
"""

from __future__ import annotations

from typing import Any

from .capacity import Ledger
from .conversation import Conversation, Hold
from .timers import describe_next
from .vocabulary import ACTIVE_STAGES, REASON_OF_STAGE, STATE_OF_STATUS
from .wire import Event, Record, describe_cause, output

SAME: Any = object()


class Step:
    """The step of an input (`cause` and `origin` are given) or of a timer (`timer` is given)."""

    def __init__(
        self,
        conversation: Conversation,
        ledger: Ledger,
        now: int,
        *,
        cause: Event | None = None,
        origin: dict[str, Any] | None = None,
        timer: str | None = None,
    ) -> None:
        self.conversation = conversation
        self.now = now
        self._ledger = ledger
        self._cause = cause
        self._origin = origin
        self._timer = timer
        self._changes: list[Record] = []
        self._releases: list[tuple[Hold, str]] = []
        self._holds: list[tuple[str, str, str, bool]] = []

    def change(
        self,
        rule: str,
        stage: str,
        *,
        reason: str | None = None,
        representative: str | None = SAME,
        offered: str | None = None,
        queue: str | None = SAME,
        party: dict[str, Any] | None = None,
        abandoned: bool = False,
    ) -> None:
        """Move the conversation on and describe the change.

        A pending offer that is not named again is withdrawn.
        """
        row = self.conversation
        before = {
            "previous_status": row.status,
            "previous_detail": row.detail,
            "previous_queue_id": row.queue_id,
            "previous_representative_id": row.representative_id,
            # since status or detail last changed; null on the first
            "previous_status_seconds": (
                None if row.stage is None else (self.now - row.entered_at) / 1000
            ),
        }
        if stage != row.stage:
            row.entered_at = self.now
        row.stage = stage
        # Where a rule names none: ...
        row.reason = reason if reason is not None else REASON_OF_STAGE[stage]
        row.party = party
        if queue is not SAME:
            row.queue_id = queue
        self._move_representative(stage, representative)
        if offered != row.offered_id:
            row.offered_id, row.offered_at = offered, self.now
        if stage == "in_conversation":
            row.served_by = row.representative_id
        else:
            # a consult hold ends ... when the conversation leaves in_conversation
            row.consultants = []
        if stage == "closed":
            row.closed_at = self.now
        # Activity: ... and every published change.
        row.active_at = self.now
        self._end_windows()
        row.sequence += 1
        self._changes.append(self._describe_change(rule, before, abandoned))

    def release(self, hold: Hold, rule: str) -> None:
        """End a hold in this step, once: the first rule that ends it is named."""
        if all(hold is not ended for ended, _ in self._releases):
            self._releases.append((hold, rule))

    def release_all(self, rule: str) -> None:
        """End every hold but the daily ones: "Nothing gives it back but timer `day_reset`"."""
        for hold in self.conversation.holds:
            if hold.role != "daily":
                self.release(hold, rule)

    def hold(self, representative_id: str, role: str, rule: str, *, forced: bool) -> None:
        """Start a hold in this step."""
        self._holds.append((representative_id, role, rule, forced))

    def has_room(self, representative_id: str) -> bool:
        """contract.md#too-large: whether they may hold it, once this step's releases are done."""
        row = self.conversation
        ended = [hold for hold, _ in self._releases]
        kept, row.holds = row.holds, [hold for hold in row.holds if hold not in ended]
        found = self._ledger.has_room(row, representative_id)
        row.holds = kept
        return found

    def records(self) -> list[Record]:
        """contract.md#order-of-outputs: state changes, releases (oldest hold first), holds."""
        row = self.conversation
        told: Any = {"cause": self._cause, "timer": self._timer}
        records = list(self._changes)
        for hold, rule in sorted(self._releases, key=lambda item: row.holds.index(item[0])):
            records.append(self._ledger.give_back(row, hold, rule=rule, now=self.now, **told))
        for representative_id, role, rule, forced in self._holds:
            records += self._ledger.take(
                row, representative_id, role, rule=rule, forced=forced, now=self.now, **told
            )
        return records

    def _move_representative(self, stage: str, representative: str | None) -> None:
        row = self.conversation
        if representative is SAME:
            representative = row.representative_id
        if stage in ("open", "scheduled", "with_bot", "with_external"):
            # It is null while open, scheduled, with_bot or with_external.
            representative = None
        if representative != row.representative_id:
            row.left_last = row.representative_id or row.left_last
            # Another primary has a session of their own of the record.
            row.session_closed = False
        row.representative_id = representative

    def _end_windows(self) -> None:
        row = self.conversation
        # `customer_reconnect` runs on through every change within open and active; it ends with
        # ... wrap_up or closed.
        if row.stage not in ("open", *ACTIVE_STAGES):
            row.customer_window = None
        # `representative_reconnect` ends when they are no longer offered or primary; it is a timer
        # of active alone (contract.md#when-a-timer-ends).
        row.representative_windows = {
            whose: due
            for whose, due in row.representative_windows.items()
            if row.stage in ACTIVE_STAGES and whose in (row.representative_id, row.offered_id)
        }

    def _describe_change(self, rule: str, before: dict[str, Any], abandoned: bool) -> Record:
        row = self.conversation
        data = {
            "conversation_id": row.conversation_id,
            "sequence": row.sequence,
            "rule": rule,
            "state": STATE_OF_STATUS[row.status or ""],
            # `resolved` and `scheduled` are internal stages: their changes carry `internal`.
            "internal": row.stage in ("resolved", "scheduled"),
            **before,
            "status": row.status,
            "detail": row.detail,
            "reason": row.reason,
            "channel": row.channel,
            "workstream_id": row.workstream_id,
            "customer_id": row.customer_id,
            "queue_id": row.queue_id,
            "representative_id": row.representative_id,
            "offered_representative_id": row.offered_id,
            "skipped_representative_ids": list(row.skipped),
            "handler": row.handler,
            "transfer_count": row.transfers,
            "abandoned": abandoned,
            "next_timer": describe_next(row),
            "cause": describe_cause(self._cause, self._timer),
            "input": self._origin,
        }
        return output(
            "conversation-state-changes",
            "conversation.state_changed",
            row.conversation_id,
            self.now,
            self._cause,
            data,
        )
