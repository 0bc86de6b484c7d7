"""One step of one conversation: carries out what `refusals.judge` or a timer decided.

A transition changes the row it was given and gathers the facts to publish, in order
(contract.md#order-of-outputs): state changes, releases, holds, what was declined. It never refuses
anything: that has happened before.
"""

from typing import Final, cast

from omnistate.core.causes import cause_of
from omnistate.core.conversation import silences, timers
from omnistate.core.conversation.assignment import AT_ONCE, COUNTING, count, place
from omnistate.core.conversation.clocks import (
    Before,
    end_wait,
    keep_times,
    talk_again,
    time_on_hold_ms,
)
from omnistate.core.conversation.context import Context
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.description import describe_change
from omnistate.core.conversation.ledger import Ledger
from omnistate.core.conversation.offering import (
    MAKING,
    find_accepted,
    find_declined,
    find_offer,
    is_asked,
    is_granted,
    make_offer,
)
from omnistate.core.conversation.parties import Hold
from omnistate.core.conversation.rule import Recorded, Rule
from omnistate.core.conversation.rules import FOLLOWING
from omnistate.core.conversation.sequels import follows
from omnistate.core.conversation.settlement import HOLDING, resume, settle
from omnistate.core.conversation.updates import update
from omnistate.core.facts import Cause, Declined, Fact, StateChange
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_FOLLOWING: Final = FOLLOWING


class Transition:
    """What one input, or one timer, does to one conversation."""

    __slots__ = (
        "_ledger",
        "cause",
        "changes",
        "context",
        "conversation",
        "declined",
        "input",
        "settings",
        "subject",
        "whose",
    )

    def __init__(
        self,
        conversation: Conversation,
        subject: str,
        settings: WorkstreamSettings,
        context: Context,
        input_: Input | None = None,
        timer: str | None = None,
        whose: str | None = None,
    ) -> None:
        """The cause is the input, or the timer of that name; `context.now_ms` is the clock.

        `whose` is the representative whose timer it is.
        """
        self.conversation = conversation
        self.subject = subject
        self.settings = settings
        self.context = context
        self.input = input_
        self.whose = whose if input_ is None else input_.representative_id
        self.cause = Cause(f"timer.{timer}") if input_ is None else cause_of(input_)
        self.changes: list[StateChange] = []
        self.declined: list[Declined] = []
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
        if self._ledger is None and not self.declined:
            return cast("list[Fact]", self.changes)
        return [*self.changes, *self.ledger.released, *self.ledger.held, *self.declined]

    def record(self, recorded: Recorded) -> None:
        """What a recorded input does to holds: a consultant's, one for writing up, an idle one."""
        conversation = self.conversation
        if recorded.activity and self.settings.idle_ms is not None:
            resume(self.ledger)
        if recorded.consult:
            assert self.input is not None
            assert self.whose is not None
            if self.input.type == "consult.started":
                self.ledger.consult(self.input)
            else:
                self.end_consult(self.whose)
        elif recorded.releases is not None:
            self.release(recorded.releases, conversation.hold_of(self.whose, "wrap_up"))

    def end_consult(self, consultant_id: str) -> None:
        """A consultant leaves (K2), and with them their window, unless they have an offer."""
        conversation = self.conversation
        self.ledger.end_consult(consultant_id)
        if conversation.part_of(consultant_id) is None:
            conversation.windows.pop(consultant_id, None)

    def follow(self, rule: Rule, at_ms: int | None = None) -> None:
        """Carry out `rule`, and the rule that goes with it where its condition holds.

        `at_ms` is when a scheduled conversation (C4, N4) becomes open, or one that waits (B9).
        """
        conversation = self.conversation
        if rule.tells:
            self._tell(rule)
            return
        target_id = None if self.input is None else self.input.target_id
        returning_id = conversation.representative_id
        if rule.party == "unoffered" and self.whose is not None:
            returning_id = self.whose
        if rule.id == "N4":
            conversation.rest.promised_to = self.whose
        self._change(rule, target_id, at_ms)
        if rule.then is not None and self._goes_on(rule.then, returning_id):
            following = _FOLLOWING[rule.then]
            if rule.then == "S3":
                returning_id, conversation.rest.promised_to = conversation.rest.promised_to, None
            self._change(following, returning_id)

    def release(self, rule: str, hold: Hold | None) -> None:
        """A hold ends by itself, and nothing else changes."""
        if hold is not None:
            self.ledger.release(hold, rule)
        timers.forget(self.conversation, self.settings, self.context.now_ms)

    def _goes_on(self, rule_id: str, returning_id: str | None) -> bool:
        settings = self.settings
        if not follows(rule_id, self.conversation, settings):
            return False
        if rule_id == "S3":
            returning_id = self.conversation.rest.promised_to
        # A timer cannot be refused: what would be too large does not follow it.
        holds = _FOLLOWING[rule_id].to in HOLDING and settings.reserve_on_offer
        if self.input is not None or not holds or returning_id is None:
            return True
        return self.ledger.has_room_for(returning_id)

    def _tell(self, rule: Rule) -> None:
        """What is known of it, or what it costs, is another (U1)."""
        assert self.input is not None
        conversation = self.conversation
        before = Before(conversation)
        if update(conversation, self.settings, self.input):
            self.ledger.renew(rule.id)
        conversation.sequence += 1
        self._describe(rule, before)

    def _change(self, rule: Rule, target_id: str | None, at_ms: int | None = None) -> None:
        conversation, settings, now_ms = self.conversation, self.settings, self.context.now_ms
        before, input_ = Before(conversation), self.input
        offers = [*conversation.offers] if conversation.offers else []
        if rule.id in AT_ONCE and not is_asked(rule, settings, input_):
            rule = AT_ONCE[rule.id]
        offer = find_offer(conversation, rule, self.whose)
        if target_id is not None and rule.party in MAKING:
            offer = make_offer(rule, settings, target_id, input_, now_ms)
        place(conversation, rule, target_id, offer)
        if rule.id in COUNTING:
            whose = self.whose if offer is None else offer.representative_id
            self._count(rule, before, whose or target_id)
        keep_times(conversation, before, rule)
        # Where a rule names no reason, the input may give one: O6, N5, Z1, F5.
        conversation.reason = rule.reason or (None if input_ is None else input_.reason)
        timers.enter_stage(conversation, settings, now_ms, at_ms)
        if conversation.stage != "in_conversation":
            silences.end(conversation)
        elif rule.id == "W8":
            # The message that opens it again begins a silence.
            silences.owe(conversation, settings, "representative", now_ms)
        accepted = find_accepted(conversation, offers)
        if accepted is None and target_id is not None and is_granted(input_):
            # Given at once: what the gate has granted is held without an offer.
            accepted = make_offer(rule, settings, target_id, input_, now_ms)
        if conversation.holds or conversation.stage in HOLDING or before.stage in HOLDING:
            settle(self.ledger, rule, before, accepted)
        if offers and not settings.reserve_on_offer:
            self.declined += find_declined(
                conversation, self.subject, offers, self.ledger.held, self.cause
            )
        timers.forget(conversation, settings, now_ms)
        conversation.sequence += 1
        self._describe(rule, before)
        end_wait(conversation)

    def _count(self, rule: Rule, before: Before, whose: str | None) -> None:
        """Which queue it is in, transfers and declines; one of several offers moves nothing."""
        conversation, input_, overflow = self.conversation, self.input, False
        if input_ is not None:
            overflow = input_.overflow
            moves = rule.moves and (rule.party != "unoffered" or conversation.stage == "open")
            if moves and input_.queue_id is not None:
                conversation.queue_id = input_.queue_id
        count(conversation, rule, before.representative_id, whose, overflow=overflow)

    def _describe(self, rule: Rule, before: Before) -> None:
        conversation, extras = self.conversation, self.conversation.extras
        changed = conversation.representative_id != before.representative_id
        held_ms = 0
        if extras is not None:
            if changed or conversation.stage != "in_conversation":
                talk_again(conversation)
            held_ms = time_on_hold_ms(conversation)
        self.changes.append(
            describe_change(
                conversation,
                self.subject,
                self.settings,
                rule,
                before,
                self.cause,
                self.input,
                held_ms,
            )
        )
        if changed and held_ms:
            conversation.rest.on_hold_ms = 0
