"""Deadlines as data in the row: which timers a stage starts, and what activity restarts.

See contract.md#timers. It computes with given instants and durations; firing is `decision`'s part.
"""

from typing import Final

from omnistate_schemas.completeness import check_complete
from omnistate_schemas.times import LAST_MS

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.transitions import TIES
from omnistate.core.kinds import TRAITS
from omnistate.core.settings import WorkstreamSettings

# A stage's own timers end with it; windows, holds and `forget` do not.
STAGE_TIMERS: Final = (
    "bot_inactivity",
    "bot_silence",
    "inactivity",
    "wake",
    "auto_close",
    "scheduled",
    "idle",
)
# Those that are no members of `deadlines`: of holds, of offers, and of representatives.
OWNED_TIMERS: Final = ("wrap_up_release", "day_reset", "offer", "representative_reconnect")
# A customer's window ends where they go (`assignment`, `recording`), a silence with its talk.
OTHERS: Final = ("customer_reconnect", "silence", "early", "settle", "forget")
_PLACED: Final = (*STAGE_TIMERS, *OWNED_TIMERS, *OTHERS)
check_complete("timers.STAGE_TIMERS, OWNED_TIMERS or OTHERS", _PLACED, TIES, "timer")


def after(start_ms: int, duration_ms: int | None) -> int | None:
    """The deadline of a duration; None = never: it is null or leads past the year 9999."""
    if duration_ms is None or start_ms + duration_ms > LAST_MS:
        return None
    return start_ms + duration_ms


def start(conversation: Conversation, name: str, now_ms: int, duration_ms: int | None) -> None:
    """Start a timer afresh; with a null duration, or past the year 9999, it does not run."""
    if duration_ms is not None and now_ms + duration_ms <= LAST_MS:
        conversation.deadlines[name] = now_ms + duration_ms
    elif name in conversation.deadlines:
        del conversation.deadlines[name]


def enter_stage(
    conversation: Conversation, settings: WorkstreamSettings, now_ms: int, at_ms: int | None
) -> None:
    """Start the timers of the present stage afresh and end those of the former one.

    `at_ms` is when a scheduled conversation becomes open, or one that waits wakes.
    """
    deadlines = conversation.deadlines
    if deadlines:
        for name in STAGE_TIMERS:
            if name in deadlines:
                del deadlines[name]
    match conversation.stage:
        case "scheduled" if at_ms is not None:
            deadlines["scheduled"] = at_ms
        case "waiting":
            start(conversation, "inactivity", now_ms, settings.waiting_ms)
            if at_ms is not None and at_ms > now_ms:
                deadlines["wake"] = at_ms
        case "wrap_up":
            start(conversation, "auto_close", now_ms, _wrap_up_ms(settings))
            if conversation.extras is not None:
                # One wrap-up may be extended as much as any other.
                conversation.extras.extended_ms = 0
        case "resolved":
            start(conversation, "auto_close", now_ms, settings.resolved_ms)
    restart_activity(conversation, settings, now_ms)


def restart_activity(conversation: Conversation, settings: WorkstreamSettings, now_ms: int) -> None:
    """Restart the timers that count from the last activity, where the stage has one."""
    match conversation.stage:
        case "open":
            start(conversation, "auto_close", now_ms, settings.open_ms)
        case "awaiting_acceptance" if settings.follows:
            start(conversation, "auto_close", now_ms, settings.active_ms)
        case "in_conversation":
            start(conversation, "auto_close", now_ms, settings.active_ms)
            if settings.idle_ms is not None:
                start(conversation, "idle", now_ms, settings.idle_ms)
        case "with_external":
            start(conversation, "auto_close", now_ms, settings.active_ms)
        case "with_bot":
            if settings.follows or TRAITS[settings.kind].bot_timer == "auto_close":
                start(conversation, "auto_close", now_ms, settings.active_ms)
            start(conversation, "bot_inactivity", now_ms, settings.bot_inactivity_ms)


def forget(conversation: Conversation, settings: WorkstreamSettings, now_ms: int) -> None:
    """A closed conversation without holds ends once its retention has passed from now.

    While inputs wait for their order it is not forgotten.
    """
    if conversation.stage == "closed" and not conversation.holds:
        start(conversation, "forget", now_ms, settings.closed_retention_ms)
        postpone_forgetting(conversation)


def postpone_forgetting(conversation: Conversation) -> None:
    """A conversation is forgotten no earlier than the last of its inputs that wait is taken."""
    extras, due_ms = conversation.extras, conversation.deadlines.get("forget")
    if extras is not None and extras.waiting and due_ms is not None:
        last_ms = max(waiting.ripe_ms for waiting in extras.waiting)
        conversation.deadlines["forget"] = max(due_ms, last_ms)


def _wrap_up_ms(settings: WorkstreamSettings) -> int | None:
    """W2 fires at max(auto-close, blocking time) after wrap-up began; without auto-close never."""
    if settings.wrap_up_ms is None:
        return None
    return max(settings.wrap_up_ms, settings.wrap_up_block_ms or 0)
