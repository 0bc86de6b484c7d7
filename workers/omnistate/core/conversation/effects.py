"""One step of one conversation: carries out what `refusals.judge` or a timer decided.

A transition changes the row it was given and gathers the facts to publish, in order
(contract.md#order-of-outputs): state changes, releases, holds. It never refuses anything: that has
happened before.
"""

from collections.abc import Callable
from typing import Final, cast

from omnistate_schemas.completeness import check_complete
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import INTERNAL_STATUSES, STATE_OF_STATUS

from omnistate.core.causes import cause_of, position_of
from omnistate.core.conversation import timers
from omnistate.core.conversation.assignment import COUNTING, count, place
from omnistate.core.conversation.context import Context
from omnistate.core.conversation.conversation import Conversation, Hold
from omnistate.core.conversation.ledger import HOLDING, Ledger
from omnistate.core.conversation.refusals import asks_nothing
from omnistate.core.conversation.rules import FOLLOWING, Rule
from omnistate.core.conversation.stages import MEANINGS, Stage
from omnistate.core.facts import (
    Cause,
    Fact,
    Handler,
    NextTimer,
    StateChange,
)
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_STATE_CHANGE: Final = StateChange
_NEXT_TIMER: Final = NextTimer
_HANDLER: Final = Handler
_STATES: Final = STATE_OF_STATUS
_INTERNAL: Final = INTERNAL_STATUSES
_FOLLOWING: Final = FOLLOWING


def _keeps(_: Conversation, settings: WorkstreamSettings) -> bool:
    return settings.affinity


def _is_session_closed(conversation: Conversation, _: WorkstreamSettings) -> bool:
    return conversation.session_closed


# The condition of each rule that follows another one.
_CONDITIONS: Final[dict[str, Callable[[Conversation, WorkstreamSettings], bool]]] = {
    "X2": _keeps,
    "L1": _keeps,
    "R1": _is_session_closed,
}
check_complete("effects._CONDITIONS", _CONDITIONS, FOLLOWING, "rule that follows another one")


class Before:
    """What a change is compared with."""

    __slots__ = ("queue_id", "representative_id", "since_ms", "stage")

    def __init__(self, conversation: Conversation) -> None:
        """The conversation as it stands."""
        self.stage: Stage = conversation.stage
        self.since_ms = conversation.stage_since_ms
        self.queue_id = conversation.queue_id
        self.representative_id = conversation.representative_id


class Transition:
    """What one input, or one timer, does to one conversation."""

    __slots__ = (
        "_ledger",
        "cause",
        "changes",
        "context",
        "conversation",
        "input",
        "settings",
        "subject",
    )

    def __init__(
        self,
        conversation: Conversation,
        subject: str,
        settings: WorkstreamSettings,
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
        self.cause = Cause(f"timer.{timer}") if input_ is None else cause_of(input_)
        self.changes: list[StateChange] = []
        self._ledger: Ledger | None = None

    @property
    def ledger(self) -> Ledger:
        """The holds of this turn."""
        if self._ledger is None:
            self._ledger = Ledger(
                self.conversation, self.subject, self.settings, self.context, self.cause
            )
        return self._ledger

    @property
    def facts(self) -> list[Fact]:
        """Everything to publish, in order."""
        if self._ledger is None:
            return cast("list[Fact]", self.changes)
        return [*self.changes, *self._ledger.released, *self._ledger.held]

    def consult(self) -> None:
        """A consultant joins or leaves."""
        assert self.input is not None
        if self.input.type == "consult.started":
            self.ledger.consult(self.input)
        else:
            self.ledger.end_consult(self.input)

    def follow(self, rule: Rule, scheduled_ms: int | None = None) -> None:
        """Carry out `rule`, and the rule that goes with it where its condition holds.

        `scheduled_ms` is when a scheduled conversation (C4) becomes open.
        """
        target_id = None if self.input is None else self.input.target_id
        returning_id = self.conversation.representative_id
        self._change(rule, target_id, scheduled_ms)
        if rule.then is not None and self._goes_on(rule.then, returning_id):
            self._change(_FOLLOWING[rule.then], returning_id)

    def expire(self, rule: str, hold: Hold) -> None:
        """A hold's own timer has come (W4, W5, P1): it is given back, nothing else changes."""
        self.ledger.release(hold, rule)
        timers.forget(self.conversation, self.settings, self.context.now_ms)

    def _goes_on(self, rule_id: str, returning_id: str | None) -> bool:
        rule, settings = _FOLLOWING[rule_id], self.settings
        if settings.kind not in rule.kinds or not _CONDITIONS[rule_id](self.conversation, settings):
            return False
        # A timer cannot be refused: what would be too large does not follow it.
        holds = rule.to in HOLDING and settings.reserve_on_offer
        if self.input is not None or not holds or returning_id is None:
            return True
        return self.ledger.has_room_for(returning_id)

    def _change(self, rule: Rule, target_id: str | None, scheduled_ms: int | None = None) -> None:
        conversation, settings, now_ms = self.conversation, self.settings, self.context.now_ms
        before = Before(conversation)
        at_once, overflow = asks_nothing(settings), False
        if self.input is not None:
            at_once = at_once or self.input.auto_accept
            overflow = self.input.overflow
            if rule.moves and self.input.queue_id is not None:
                conversation.queue_id = self.input.queue_id
        place(conversation, rule, target_id, at_once=at_once)
        if rule.id in COUNTING:
            count(conversation, rule, before.representative_id, overflow=overflow)
        if before.stage != conversation.stage:
            conversation.stage_since_ms = now_ms
        timers.enter_stage(conversation, settings, now_ms, scheduled_ms)
        if conversation.holds or conversation.stage in HOLDING:
            self.ledger.settle(rule.id, releases_all=rule.releases_all)
        timers.forget(conversation, settings, now_ms)
        conversation.sequence += 1
        self.changes.append(self._describe(rule, before))

    def _describe(self, rule: Rule, before: Before) -> StateChange:
        conversation = self.conversation
        was, now = MEANINGS[before.stage], MEANINGS[conversation.stage]
        assert now.status is not None
        began = before.stage == "nothing"
        # O6 names no reason of its own: the router gives it.
        given = None if self.input is None else self.input.reason
        # By position, in the order of the struct: naming 26 members costs seven times as much.
        return _STATE_CHANGE(
            self.subject,
            conversation.sequence,
            rule.id,
            _STATES[now.status],
            now.status in _INTERNAL,
            was.status,
            now.status,
            was.detail,
            now.detail,
            rule.reason or given or now.reason,
            conversation.channel,
            conversation.workstream_id,
            conversation.customer_id,
            None if began else before.queue_id,
            conversation.queue_id,
            before.representative_id,
            conversation.representative_id,
            conversation.offered_representative_id,
            [*conversation.skipped],
            _handler_of(conversation),
            None if began else _seconds(self.context.now_ms - before.since_ms),
            conversation.transfer_count,
            rule.abandons and not conversation.outbound and conversation.served_by_id is None,
            _next_timer_of(conversation),
            self.cause,
            None if self.input is None else position_of(self.input),
        )


def _handler_of(conversation: Conversation) -> Handler | None:
    if conversation.stage == "with_bot":
        return _HANDLER("bot", conversation.handler_id)
    if conversation.stage == "with_external":
        return _HANDLER("external", conversation.handler_id)
    if conversation.representative_id is None:
        return None
    return _HANDLER("representative", conversation.representative_id)


def _next_timer_of(conversation: Conversation) -> NextTimer | None:
    first = conversation.next_own_timer()
    if first is None:
        return None
    return _NEXT_TIMER(first[1].partition("/")[0], format_time(first[0]))


def _seconds(duration_ms: int) -> int | float:
    """Whole seconds as an integer, so that they are written without a fraction.

    As `float` alone it would be a C double where it is compiled, and 60 would be written as 60.0.
    """
    seconds, rest_ms = divmod(duration_ms, 1_000)
    return duration_ms / 1_000 if rest_ms else seconds
