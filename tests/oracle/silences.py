"""`time_out_rules` (contract.md#timers): who owes an answer, and which rule comes next."""

from __future__ import annotations

from .config import TimeOutRule
from .conversation import Conversation, Silence

SIDE_OF_MESSAGE = {"customer.messaged": "representative", "representative.message": "customer"}


def hear(row: Conversation, type_: str, now: int) -> None:
    """A message in in_conversation: the other side is silent from now on.

    `after` counts from the first of several of one side; a message of the other side ends the
    silence.
    """
    silent = SIDE_OF_MESSAGE.get(type_)
    if silent is not None and (row.silence is None or row.silence.silent != silent):
        row.silence = Silence(silent, now)


def next_rule(row: Conversation) -> TimeOutRule | None:
    """The first rule of the silent side that has not fired: in order of `after`, as listed."""
    if row.silence is None:
        return None
    silent = row.silence.silent
    rules = [rule for rule in row.settings.time_out_rules if rule.silent == silent]
    rules.sort(key=lambda rule: rule.after)
    return rules[row.silence.fired] if row.silence.fired < len(rules) else None
