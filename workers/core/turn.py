"""One step of one conversation: carries out what `refusals.judge` or a timer decided.

A turn changes the row it was given and gathers the facts to publish, in the order of section 8:
state changes, releases, holds. It never refuses anything: that has happened before.
"""

from typing import assert_never

from schemas.times import format_time
from schemas.vocabulary import INTERNAL_STATUSES, LC, STATE_OF_STATUS
from workers.core import timers
from workers.core.capacity import Ledger
from workers.core.context import Context
from workers.core.conversation import Conversation, Hold
from workers.core.facts import (
    Cause,
    Fact,
    Handler,
    NextTimer,
    StateChange,
    cause_of,
    position_of,
)
from workers.core.intake import Input
from workers.core.refusals import asks_nothing
from workers.core.rules import RULES, Party, Recorded, Rule
from workers.core.settings import Settings
from workers.core.stages import ACTIVE, MEANINGS, OPEN_OR_ACTIVE, UNASSIGNED, Stage

_ASSIGNING = frozenset({Party.OFFERED, Party.GIVEN, Party.PROPOSED})
_FOLLOWING = {rule.id: rule for rule in RULES if rule.id in {"X2", "L1", "R1"}}


class Turn:
    """What one input, or one timer, does to one conversation."""

    __slots__ = (
        "_ledger",
        "changes",
        "context",
        "conversation",
        "input",
        "settings",
        "subject",
        "timer",
    )

    def __init__(
        self,
        conversation: Conversation,
        subject: str,
        settings: Settings,
        context: Context,
        input_: Input | None = None,
        timer: str | None = None,
    ) -> None:
        """The cause is the input, or the timer of that name; `context.now_ms` is the clock."""
        self.conversation = conversation
        self.subject = subject
        self.settings = settings
        self.context = context
        self.input = input_
        self.timer = timer
        self.changes: list[StateChange] = []
        self._ledger: Ledger | None = None

    @property
    def cause(self) -> Cause:
        """The cause, as it is published."""
        return Cause(f"timer.{self.timer}") if self.input is None else cause_of(self.input)

    @property
    def ledger(self) -> Ledger:
        """The holds of this turn; most inputs touch none."""
        if self._ledger is None:
            self._ledger = Ledger(
                self.conversation, self.subject, self.settings, self.context, self.cause
            )
        return self._ledger

    @property
    def facts(self) -> list[Fact]:
        """Everything to publish, in order."""
        if self._ledger is None:
            return [*self.changes]
        return [*self.changes, *self._ledger.released, *self._ledger.held]

    def follow(self, rule: Rule, scheduled_ms: int | None = None) -> None:
        """Carry out `rule`, and the rule that goes with it where its condition holds.

        `scheduled_ms` is when a scheduled conversation (C4) becomes open.
        """
        target_id = None if self.input is None else self.input.target_id
        returning_id = self.conversation.representative_id
        self._change(rule, target_id, scheduled_ms)
        if rule.then is not None and self._goes_on(rule.then):
            self._change(_FOLLOWING[rule.then], returning_id)

    def _goes_on(self, rule_id: str) -> bool:
        match rule_id:
            case "X2":
                return self.settings.affinity
            case "L1":
                return self.settings.affinity and self.settings.kind == LC
            case "R1":
                return self.conversation.session_closed
        raise AssertionError(rule_id)

    def _change(self, rule: Rule, target_id: str | None, scheduled_ms: int | None = None) -> None:
        conversation, now_ms = self.conversation, self.context.now_ms
        before = (conversation.stage, conversation.stage_since_ms)
        queue_id, representative_id = conversation.queue_id, conversation.representative_id
        offered_id = conversation.offered_representative_id

        self._place(rule, target_id)
        self._count(rule, representative_id)
        self._end_windows(representative_id, offered_id)
        if before[0] != conversation.stage:
            conversation.stage_since_ms = now_ms
        timers.enter_stage(conversation, self.settings, now_ms, scheduled_ms)
        if conversation.stage != "in_conversation":
            conversation.consultants.clear()
        self.ledger.settle(rule.id, releases_all=rule.releases_all)
        timers.forget(conversation, self.settings, now_ms)
        conversation.sequence += 1
        self.changes.append(self._describe(rule, before, queue_id, representative_id))

    def _place(self, rule: Rule, target_id: str | None) -> None:
        """Put the conversation where the rule says, and with whom."""
        conversation, input_ = self.conversation, self.input
        former_id = conversation.representative_id
        stage: Stage = rule.to or conversation.stage
        if rule.party is Party.OFFERED and not rule.affinity and self._takes_at_once():
            stage = "in_conversation"
        if rule.moves and input_ is not None and input_.queue_id is not None:
            conversation.queue_id = input_.queue_id
        if rule.forced is not None and rule.party in _ASSIGNING:
            conversation.forced = rule.forced
        conversation.handler_id = None
        match rule.party:
            case Party.KEPT | Party.FORGOTTEN:
                conversation.offered_representative_id = None
                if stage in UNASSIGNED or rule.party is Party.FORGOTTEN:
                    conversation.representative_id = None
                elif stage == "closed" and former_id is None:
                    conversation.representative_id = conversation.served_by_id
                if stage in {"with_external", "with_bot"}:
                    conversation.handler_id = target_id
            case Party.OFFERED:
                conversation.representative_id = target_id
                asked = stage == "awaiting_acceptance"
                conversation.offered_representative_id = target_id if asked else None
            case Party.GIVEN:
                conversation.representative_id = target_id
                conversation.offered_representative_id = None
            case Party.PROPOSED:
                conversation.offered_representative_id = target_id
            case Party.WITHDRAWN:
                conversation.offered_representative_id = None
            case _:
                assert_never(rule.party)
        if conversation.representative_id != former_id:
            conversation.session_closed = False
            if former_id is not None:
                conversation.last_representative_id = former_id
        conversation.stage = stage
        if stage == "in_conversation":
            conversation.served_by_id = conversation.representative_id
            if conversation.representative_id in conversation.consultants:
                conversation.consultants.remove(conversation.representative_id)

    def _takes_at_once(self) -> bool:
        """O1, O3, A9, X6: nobody is asked where it is a record, or auto_accept says so."""
        return asks_nothing(self.settings) or self._member("auto_accept") is True

    def _member(self, name: str) -> object:
        return None if self.input is None else self.input.member(name)

    def _count(self, rule: Rule, former_id: str | None) -> None:
        conversation = self.conversation
        if rule.counts_transfer:
            conversation.transfer_count += 1
        if rule.declined:
            conversation.decline_count += 1
        if rule.moves and self._member("overflow") is True:
            conversation.overflow_transfer_count += 1
        if rule.skips and former_id is not None and former_id not in conversation.skipped:
            conversation.skipped.append(former_id)
        if rule.unskips and conversation.representative_id in conversation.skipped:
            conversation.skipped.remove(conversation.representative_id)

    def _end_windows(self, former_id: str | None, former_offered_id: str | None) -> None:
        """A window of a representative ends when he is no longer offered or primary."""
        conversation = self.conversation
        deadlines = conversation.deadlines
        if conversation.stage not in OPEN_OR_ACTIVE:
            deadlines.pop("customer_reconnect", None)
        if conversation.representative_id != former_id or conversation.stage not in ACTIVE:
            deadlines.pop("representative_reconnect", None)
        if conversation.offered_representative_id != former_offered_id:
            deadlines.pop("representative_reconnect/offered", None)

    def record(self, recorded: Recorded) -> None:
        """Update the row for an input that publishes no state change."""
        conversation, settings, input_ = self.conversation, self.settings, self.input
        assert input_ is not None
        representative_id = input_.representative_id
        now_ms = self.context.now_ms
        match input_.type:
            case "customer.disconnected":
                timers.start(
                    conversation, "customer_reconnect", now_ms, settings.customer_reconnect_ms
                )
            case "representative.disconnected":
                window = conversation.window_of(representative_id)
                assert window is not None
                timers.start(conversation, window, now_ms, settings.representative_reconnect_ms)
            case "representative.close_session":
                conversation.session_closed = True
            case "representative.message" if conversation.stage == "waiting":
                timers.start(conversation, "inactivity", now_ms, settings.waiting_ms)
            case "consult.started":
                assert representative_id is not None
                direct = input_.member("via") == "direct"
                blocks = settings.direct_consult_blocks if direct else settings.queue_consult_blocks
                self.ledger.consult(representative_id, blocks=blocks)
            case "consult.ended":
                assert representative_id is not None
                self.ledger.end_consult(representative_id)
        if recorded.activity:
            timers.restart_activity(conversation, settings, now_ms)

    def return_of(self, input_: Input) -> None:
        """What any accepted input of somebody ends: his window, and a record's closed session."""
        conversation = self.conversation
        if input_.type in {"customer.messaged", "customer.reconnected", "customer.ended"}:
            conversation.deadlines.pop("customer_reconnect", None)
        elif (
            input_.type.startswith("representative.")
            and input_.type != "representative.disconnected"
        ):
            window = conversation.window_of(input_.representative_id)
            if window is not None:
                conversation.deadlines.pop(window, None)
            if (
                conversation.session_closed
                and input_.representative_id == conversation.representative_id
                and input_.type
                not in {"representative.close_session", "representative.resolve_record"}
            ):
                conversation.session_closed = False

    def expire(self, rule: str, hold: Hold) -> None:
        """A hold's own timer has come (W4, W5, P1): it is given back, nothing else changes."""
        self.ledger.release(hold, rule)
        timers.forget(self.conversation, self.settings, self.context.now_ms)

    def _describe(
        self,
        rule: Rule,
        before: tuple[Stage, int],
        queue_id: str | None,
        representative_id: str | None,
    ) -> StateChange:
        conversation = self.conversation
        stage, since_ms = before
        was, now = MEANINGS[stage], MEANINGS[conversation.stage]
        assert now.status is not None
        # O6 names no reason of its own: the router gives it.
        given = self._member("reason")
        return StateChange(
            conversation_id=self.subject,
            sequence=conversation.sequence,
            rule=rule.id,
            state=STATE_OF_STATUS[now.status],
            internal=now.status in INTERNAL_STATUSES,
            previous_status=was.status,
            status=now.status,
            previous_detail=was.detail,
            detail=now.detail,
            reason=rule.reason or (str(given) if given else now.reason),
            channel=conversation.channel,
            workstream_id=conversation.workstream_id,
            customer_id=conversation.customer_id,
            previous_queue_id=None if stage == "nothing" else queue_id,
            queue_id=conversation.queue_id,
            previous_representative_id=representative_id,
            representative_id=conversation.representative_id,
            offered_representative_id=conversation.offered_representative_id,
            skipped_representative_ids=list(conversation.skipped),
            handler=self._handler(),
            previous_status_seconds=None
            if stage == "nothing"
            else _seconds(self.context.now_ms - since_ms),
            transfer_count=conversation.transfer_count,
            abandoned=rule.abandons
            and not conversation.outbound
            and conversation.served_by_id is None,
            next_timer=self._next_timer(),
            cause=self.cause,
            input=None if self.input is None else position_of(self.input),
        )

    def _handler(self) -> Handler | None:
        conversation = self.conversation
        if conversation.stage == "with_bot":
            return Handler("bot", conversation.handler_id)
        if conversation.stage == "with_external":
            return Handler("external", conversation.handler_id)
        if conversation.representative_id is None:
            return None
        return Handler("representative", conversation.representative_id)

    def _next_timer(self) -> NextTimer | None:
        first = self.conversation.next_own_timer()
        if first is None:
            return None
        return NextTimer(first[1].partition("/")[0], format_time(first[0]))


def _seconds(duration_ms: int) -> float:
    """Whole seconds as an integer, so that they are written without a fraction."""
    seconds, rest_ms = divmod(duration_ms, 1_000)
    return duration_ms / 1_000 if rest_ms else seconds
