"""One step: everything that one input or one timer brings about in one conversation.

Prints what comes out in order (contract.md#order-of-outputs). Knows how the row moves with a
change, not which rule applies.
"""

from __future__ import annotations

from typing import Any

from .capacity import Ledger, Taken
from .causes import Cause, occurred_at
from .conversation import Conversation, Hold, Offer
from .descriptions import (
    before_change,
    describe_change,
    describe_decline,
    describe_recorded,
    describe_reminder,
)
from .vocabulary import ACTIVE_STAGES, REASON_OF_STAGE
from .wire import Record

SAME: Any = object()


class Step:
    """The step of one cause. `now` is the engine's clock, `at` is when it occurred."""

    def __init__(self, conversation: Conversation, ledger: Ledger, now: int, cause: Cause) -> None:
        self.conversation = conversation
        self.now = now
        self.at = occurred_at(conversation, now, cause.event)
        # Only accepted inputs and timers move it, published or not.
        conversation.occurred_at = self.at
        self.cause = cause
        self._ledger = ledger
        self._changes: list[Record] = []
        self._releases: list[tuple[Hold, str]] = []
        self._holds: list[Taken] = []
        self._declines: list[Offer] = []
        self._notes: list[Record] = []

    def change(
        self,
        rule: str,
        stage: str,
        *,
        reason: str | None = None,
        representative: str | None = SAME,
        queue: str | None = SAME,
        party: dict[str, Any] | None = None,
        ends: tuple[bool, bool] = (False, False),
        declined: bool = False,
        decline_reason: str | None = None,
    ) -> None:
        """Move the conversation on and describe the change.

        `ends` says whether it is abandoned, and whether the customer left while they waited.
        """
        row = self.conversation
        before = before_change(row, self.at)
        if stage != row.stage:
            row.entered_at, row.stage_since = self.now, self.at
        # Where a rule names none: ...
        row.reason = reason if reason is not None else REASON_OF_STAGE[stage]
        row.stage, row.party = stage, party
        hold_seconds = self._move_representative(representative)
        self._move_in_queue(stage, row.queue_id if queue is SAME else queue)
        # a decline that begins the wait included
        row.declines += declined
        if stage == "in_conversation":
            row.served_by = row.representative_id
            if row.served_by in row.skipped:
                # skipped until ... they are in conversation with it, however that came
                row.skipped.remove(row.served_by)
        if stage == "closed":
            row.closed_at = self.now
        self._end_what_belongs_to_the_stage(stage)
        self.end_idleness()
        self.tell(rule, before, hold_seconds, ends=ends, decline_reason=decline_reason)

    def tell(
        self,
        rule: str,
        before: dict[str, Any],
        hold_seconds: float | None,
        *,
        ends: tuple[bool, bool] = (False, False),
        decline_reason: str | None = None,
        is_activity: bool = True,
    ) -> None:
        """Describe the row as it is now as a change."""
        row = self.conversation
        # Activity: ... and every published change (but `U1`).
        if is_activity:
            row.active_at = self.now
        row.sequence += 1
        more = {
            "abandoned": ends[0],
            "left_waiting": ends[1],
            "decline_reason": decline_reason,
            "hold_seconds": hold_seconds,
        }
        self._changes.append(describe_change(row, self.now, self.at, rule, before | more, self))
        if row.stage not in ("open", "awaiting_acceptance"):
            # published on every change while it waits and on the one that ends the wait
            row.queued_at = row.queue_since = None

    def end_idleness(self) -> None:
        """K4: the next activity that leaves it in_conversation starts the hold again, forced."""
        row = self.conversation
        if row.idle and row.representative_id is not None:
            self.hold(row.representative_id, "primary", "K4", forced=True)
            row.idle = False

    def release(self, hold: Hold | None, rule: str) -> None:
        """End a hold in this step, once: the first rule that ends it is named."""
        if hold is not None and all(hold is not ended for ended, _ in self._releases):
            self._releases.append((hold, rule))

    def release_for_handling(self, rule: str) -> None:
        """End every hold of roles primary and consultant."""
        for hold in self.conversation.holds:
            if hold.role in ("primary", "consultant"):
                self.release(hold, rule)

    def hold(
        self,
        representative_id: str,
        role: str,
        rule: str,
        *,
        forced: bool,
        reservation: dict[str, Any] | None = None,
        release_at: int | None = None,
    ) -> None:
        """Start a hold in this step."""
        taken = Taken(representative_id, role, rule, forced, reservation, release_at)
        self._holds.append(taken)

    def keeps(self, representative_id: str | None, role: str) -> Hold | None:
        """Their hold of the role, where this step does not end it."""
        hold = self.conversation.hold_on(representative_id, role)
        return None if any(hold is ended for ended, _ in self._releases) else hold

    def decline(self, offer: Offer) -> None:
        """An offer that a gate had granted ended before anything was held."""
        self._declines.append(offer)

    def note(self) -> None:
        """`input.recorded`, where the workstream publishes it."""
        if self.conversation.settings.publish_recorded:
            self._notes.append(describe_recorded(self.conversation, self.now, self.at, self))

    def remind(self, silent: str, after: float) -> None:
        """`conversation.reminder`."""
        self._notes.append(
            describe_reminder(self.conversation, self.now, self.at, silent, after, self)
        )

    def has_room(self, representative_id: str) -> bool:
        """contract.md#too-large: whether they may hold it, once this step's releases are done."""
        row = self.conversation
        ended = [hold for hold, _ in self._releases]
        kept, row.holds = row.holds, [hold for hold in row.holds if hold not in ended]
        found = self._ledger.has_room(row, representative_id)
        row.holds = kept
        return found

    def records(self) -> list[Record]:
        """State changes, releases (oldest hold first), holds, declined, recorded or reminder."""
        row = self.conversation
        records = list(self._changes)
        for hold, rule in sorted(self._releases, key=lambda item: self._age(*item)):
            records.append(self._ledger.give_back(row, hold, rule, self.now, self))
        # Where several holds begin in one step their order is free, but `K4` first.
        for taken in sorted(self._holds, key=lambda taken: taken.rule != "K4"):
            records += self._ledger.take(row, taken, self.now, self)
        records += [
            describe_decline(row, offer, "withdrawn", self.now, self) for offer in self._declines
        ]
        return records + self._notes

    def _age(self, hold: Hold, rule: str) -> tuple[bool, int]:
        # `B18`, then `K2`, and so their releases.
        is_second = rule == "K2" and any(other == "B18" for _, other in self._releases)
        return is_second, self.conversation.holds.index(hold)

    def _move_representative(self, representative: str | None) -> float | None:
        """Who has it now; how long the caller was on hold with whom this change is about."""
        row = self.conversation
        if representative is SAME:
            representative = row.representative_id
        if row.stage == "awaiting_acceptance":
            # in awaiting_acceptance the first of the offered
            representative = row.offered_ids[0]
        if row.stage in ("open", "scheduled", "with_bot", "with_external"):
            # It is null while open, scheduled, with_bot or with_external.
            representative = None
        duration = row.hold_duration(self.at)
        if row.stage != "in_conversation" or representative != row.representative_id:
            # whatever ends in_conversation, and a change of primary, ends the hold
            row.on_hold, row.on_hold_since = duration, None
        if representative != row.representative_id:
            row.left_last = row.representative_id or row.left_last
            # Another primary has a session of their own of the record.
            row.session_closed = False
            row.on_hold = 0
            row.idle = False
            row.representative_since = None if representative is None else self.at
        row.representative_id = representative
        return duration / 1000 if duration else None

    def _move_in_queue(self, stage: str, queue: str | None) -> None:
        row = self.conversation
        is_moved, row.queue_id = queue != row.queue_id, queue
        waits = row.queued_at is not None
        if stage == "open" and not waits:
            row.queued_at = self.at
        if (stage == "open" and not waits) or (waits and is_moved):
            # as `queued_at`, but set anew by whatever changes the queue
            row.queue_since, row.declines = self.at, 0

    def _end_what_belongs_to_the_stage(self, stage: str) -> None:
        row = self.conversation
        if stage != "in_conversation":
            # a consult hold ends ... when the conversation leaves in_conversation
            row.consultants, row.silence, row.idle = [], None, False
        if stage != "with_bot":
            row.bot_owes_since = None
        if stage != "waiting":
            row.wake_at = None
        if stage != "wrap_up":
            row.extension = 0
        if stage not in ("open", *ACTIVE_STAGES):
            # it ends with ... wrap_up or closed; `N4` ends `customer_reconnect`
            row.customer_window = None
        # `representative_reconnect` ends when they are no longer offered, primary or consulting;
        # one of the primary that runs when wrap-up begins runs on.
        people = [row.representative_id, *row.offered_ids, *row.consultants]
        row.representative_windows = {
            whose: due
            for whose, due in row.representative_windows.items()
            if stage in (*ACTIVE_STAGES, "wrap_up") and whose in people
        }
