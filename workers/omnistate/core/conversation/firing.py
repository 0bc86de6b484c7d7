"""What a timer that is due comes to: a rule, a hold that ends, or a reminder.

Pure but for the row and the counters, as `decision`. Inputs that have waited are taken there.
"""

from typing import Final

from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import KINDS, Kind

from omnistate.core.conversation import clocks, silences
from omnistate.core.conversation.conditions import CONDITIONS, next_primary
from omnistate.core.conversation.context import Context
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.description import in_seconds
from omnistate.core.conversation.effects import Transition
from omnistate.core.conversation.parties import Hold
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.rules import HOLD_RULES, RULES
from omnistate.core.conversation.stages import MEANINGS, STAGES, Stage
from omnistate.core.conversation.transitions import CELLS, TIMERS
from omnistate.core.facts import Fact, Reminder
from omnistate.core.settings import SilenceRule, WorkstreamSettings

_WINDOW: Final = "representative_reconnect"


def _choices(kind: Kind, stage: Stage, trigger: str) -> tuple[Rule | str, ...]:
    """What a timer may do, in the order of the cell: rules, or the ids of hold rules and signs."""
    found: list[Rule | str] = []
    for word in CELLS[stage][trigger]:
        if word in HOLD_RULES or word == "say":
            found.append(word)
        found.extend(
            rule
            for rule in RULES
            if rule.id == word
            and kind in rule.kinds
            and trigger.startswith(rule.on)
            and (rule.within is None or stage in rule.within)
        )
    return tuple(found)


_FIRING: Final[dict[Kind, dict[Stage, dict[str, tuple[Rule | str, ...]]]]] = {
    kind: {
        stage: {trigger: _choices(kind, stage, trigger) for trigger in TIMERS} for stage in STAGES
    }
    for kind in KINDS
}


def fire(
    conversation: Conversation,
    subject: str,
    name: str,
    hold: Hold | None,
    whose: str | None,
    context: Context,
) -> list[Fact]:
    """Carry out the timer `name`, due at `context.now_ms`, and say what to publish.

    `hold` is the hold whose timer it is, `whose` the representative.
    """
    settings = context.settings_of(conversation.settings_key)
    public = name.partition("/")[0]
    turn = Transition(conversation, subject, settings, context, timer=public, whose=whose)
    clocks.move(conversation, settings, None, context.now_ms)
    if hold is None and whose is None:
        conversation.deadlines.pop(name, None)
    if name == _WINDOW:
        assert whose is not None
        triggers = _triggers_of_window(conversation, whose)
        del conversation.windows[whose]
        for trigger in triggers:
            _carry_out(turn, trigger, None)
        return turn.facts
    if name == "silence":
        silence = silences.fire_next(conversation, settings)
        if not _carry_out(turn, f"timer.silence/{silence[2]}", None):
            return [_remind(conversation, turn, silence)]
        return turn.facts
    _carry_out(turn, f"timer.{name}", hold)
    return turn.facts


def _triggers_of_window(conversation: Conversation, whose: str) -> list[str]:
    """What their going means: an offer, and consulting, may be theirs at once."""
    triggers = []
    if conversation.offer_of(whose) is not None:
        triggers.append(f"timer.{_WINDOW}/offered")
    elif whose == conversation.representative_id:
        triggers.append(f"timer.{_WINDOW}")
    if whose in conversation.consultants:
        triggers.append(f"timer.{_WINDOW}/consultant")
    return triggers


def _carry_out(turn: Transition, trigger: str, hold: Hold | None) -> bool:
    """Do what the table says; False where that is a reminder."""
    conversation, settings = turn.conversation, turn.settings
    for choice in _FIRING[settings.kind][conversation.stage][trigger]:
        if isinstance(choice, Rule):
            if not _applies(choice, turn, settings):
                continue
            turn.follow(choice)
        elif choice == "say":
            return False
        elif choice == "K2":
            assert turn.whose is not None
            turn.end_consult(turn.whose)
        else:
            ends = hold or conversation.hold_of(conversation.representative_id, "primary")
            turn.release(choice, ends)
        return True
    raise AssertionError(f"{trigger} fires in {conversation.stage}")


def _applies(rule: Rule, turn: Transition, settings: WorkstreamSettings) -> bool:
    if not CONDITIONS[rule.when](turn.conversation, settings, None):
        return False
    if rule.party != "promoted":
        return True
    # A timer cannot be refused: what would be too large is not taken.
    id_ = next_primary(turn.conversation)
    return id_ is not None and turn.ledger.has_room_for(id_)


def _remind(conversation: Conversation, turn: Transition, silence: SilenceRule) -> Reminder:
    meaning, (silent, after_ms, then) = MEANINGS[conversation.stage], silence
    assert meaning.status is not None
    conversation.rest.reminder_count += 1
    return Reminder(
        turn.subject,
        conversation.sequence,
        meaning.status,
        silent,
        in_seconds(after_ms),
        then,
        format_time(conversation.occurred_ms),
        turn.cause,
        meaning.detail,
        conversation.representative_id,
        conversation.rest.reminder_count,
    )
