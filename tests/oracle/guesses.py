"""Guesses at the next input of a conversation: plausible ones, and nonsense.

A plausible one suits the stage that the model says the conversation is in, and mostly names the
right person, so that deep stages are reached often.
"""

from __future__ import annotations

from typing import Any

from .choices import Tape
from .conversation import Conversation
from .drawn_members import draw_members, draw_start, is_answer
from .plausible import CLOSING, EARLY, PLAUSIBLE_OF_STAGE, REPORTS_OF_STAGE
from .vocabulary import KINDS_OF_TYPE
from .worlds import World

TYPES = sorted(KINDS_OF_TYPE)

Guess = tuple[str, dict[str, Any]]


def guess(
    tape: Tape, world: World, conversation_id: str, row: Conversation | None, now: int
) -> Guess:
    """A plausible next input."""
    if row is None or row.stage is None:
        if not tape.happens(4):
            return "conversation.started", draw_start(tape, world, conversation_id, now)
        type_ = tape.pick(EARLY)
        return type_, draw_members(tape, world, conversation_id, type_, row, now)
    reports = row.settings.upstream and tape.number(5) < 3
    words = REPORTS_OF_STAGE if reports else PLAUSIBLE_OF_STAGE
    options = [
        type_
        for type_ in words[row.stage]
        if row.kind in KINDS_OF_TYPE[type_]
        and (row.offers or row.stage == "open" or not is_answer(type_))
    ]
    type_ = tape.pick(options or ["conversation.updated"])
    if type_ in CLOSING and not tape.happens(3):
        # A day in which everything is closed at once is a dull one.
        type_ = tape.pick(options)
    members = draw_members(tape, world, conversation_id, type_, row, now)
    return type_, members


def nonsense(
    tape: Tape, world: World, conversation_id: str, row: Conversation | None, now: int
) -> Guess:
    """Any input at all, with its members."""
    type_ = tape.pick(TYPES)
    return type_, draw_members(tape, world, conversation_id, type_, row, now)
