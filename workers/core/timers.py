"""Deadlines as data in the row: which timers a stage starts, and what activity restarts.

Section 7. It computes with given instants and durations; firing is `decision`'s part.
"""

from workers.core.conversation import NEVER_MS, Conversation
from workers.core.settings import Settings

# A stage's own timers end with it; windows, holds and `forget` do not.
STAGE_TIMERS = ("offer", "bot_inactivity", "inactivity", "auto_close", "scheduled")


def after(start_ms: int, duration_ms: int | None) -> int | None:
    """The deadline of a hold's timer; None where the duration is null."""
    return None if duration_ms is None else start_ms + duration_ms


def deadline(start_ms: int, duration_ms: int | None) -> int:
    """The deadline of a timer; NEVER_MS where the duration is null or leads past year 9999."""
    return NEVER_MS if duration_ms is None else min(start_ms + duration_ms, NEVER_MS)


def enter_stage(
    conversation: Conversation, settings: Settings, now_ms: int, scheduled_ms: int | None
) -> None:
    """Start the timers of the present stage afresh and end those of the former one."""
    deadlines = conversation.deadlines
    for name in STAGE_TIMERS:
        deadlines.pop(name, None)
    match conversation.stage:
        case "scheduled" if scheduled_ms is not None:
            deadlines["scheduled"] = scheduled_ms
        case "awaiting_acceptance":
            deadlines["offer"] = deadline(now_ms, settings.offer_ms)
        case "in_conversation" if conversation.offered_representative_id is not None:
            deadlines["offer"] = deadline(now_ms, settings.offer_ms)
        case "waiting":
            deadlines["inactivity"] = deadline(now_ms, settings.waiting_ms)
        case "wrap_up":
            deadlines["auto_close"] = _wrap_up_ms(settings, now_ms)
        case "resolved":
            deadlines["auto_close"] = deadline(now_ms, settings.resolved_ms)
    restart_activity(conversation, settings, now_ms)


def restart_activity(conversation: Conversation, settings: Settings, now_ms: int) -> None:
    """Restart the timers that count from the last activity, where the stage has one."""
    match conversation.stage:
        case "open":
            conversation.deadlines["auto_close"] = deadline(now_ms, settings.open_ms)
        case "in_conversation" | "with_external":
            conversation.deadlines["auto_close"] = deadline(now_ms, settings.active_ms)
        case "with_bot" if settings.kind == "voice":
            conversation.deadlines["auto_close"] = deadline(now_ms, settings.active_ms)
        case "with_bot":
            conversation.deadlines["bot_inactivity"] = deadline(now_ms, settings.bot_inactivity_ms)


def forget(conversation: Conversation, settings: Settings, now_ms: int) -> None:
    """A closed conversation without holds ends once its retention has passed from now."""
    if conversation.stage == "closed" and not conversation.holds:
        conversation.deadlines["forget"] = deadline(now_ms, settings.closed_retention_ms)


def _wrap_up_ms(settings: Settings, now_ms: int) -> int:
    """W2 fires at max(auto-close, blocking time) after wrap-up began; without auto-close never."""
    if settings.wrap_up_ms is None:
        return NEVER_MS
    return deadline(now_ms, max(settings.wrap_up_ms, settings.wrap_up_block_ms or 0))
