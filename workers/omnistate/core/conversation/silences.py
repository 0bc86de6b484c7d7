"""Silences: who owes an answer in a conversation, since when, and which rule is due next.

See contract.md#silences. The deadline stands among the others; what a rule does is the table's.
"""

from omnistate_schemas.vocabulary import SilentSide

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.timers import start
from omnistate.core.settings import SilenceRule, WorkstreamSettings


def owe(
    conversation: Conversation, settings: WorkstreamSettings, side: SilentSide, now_ms: int
) -> None:
    """The other side has written: from now on, or already, `side` owes an answer."""
    if not settings.silence_rules or conversation.stage != "in_conversation":
        return
    extras = conversation.rest
    if extras.silent != side:
        extras.silent, extras.silent_since_ms, extras.silence_rules_fired = side, now_ms, 0
        _start_next(conversation, settings)


def end(conversation: Conversation) -> None:
    """Nobody owes anything any more."""
    extras = conversation.extras
    if extras is not None and extras.silent is not None:
        extras.silent, extras.silent_since_ms, extras.silence_rules_fired = None, 0, 0
        conversation.deadlines.pop("silence", None)


def next_rule(conversation: Conversation, settings: WorkstreamSettings) -> SilenceRule | None:
    """The rule of this silence that fires next."""
    extras = conversation.extras
    if extras is None or extras.silent is None:
        return None
    rules = [rule for rule in settings.silence_rules if rule[0] == extras.silent]
    fired = extras.silence_rules_fired
    return rules[fired] if fired < len(rules) else None


def fire_next(conversation: Conversation, settings: WorkstreamSettings) -> SilenceRule:
    """The rule that is due; each fires at most once a silence."""
    rule = next_rule(conversation, settings)
    assert rule is not None
    conversation.rest.silence_rules_fired += 1
    _start_next(conversation, settings)
    return rule


def _start_next(conversation: Conversation, settings: WorkstreamSettings) -> None:
    rule = next_rule(conversation, settings)
    since_ms = conversation.rest.silent_since_ms
    start(conversation, "silence", since_ms, None if rule is None else rule[1])
