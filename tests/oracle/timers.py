"""The timers (contract.md#timers): which run in a conversation and when each is due.

Deadlines are worked out from the row each time they are asked for; what firing does is in
`expiry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .conversation import Conversation, Hold
from .vocabulary import RE, VO
from .wire import print_time

# Ties within a conversation fire in the order ...
ORDER = (
    "wrap_up_release",
    "offer",
    "customer_reconnect",
    "representative_reconnect",
    "bot_inactivity",
    "inactivity",
    "auto_close",
    "scheduled",
    "day_reset",
)


@dataclass(frozen=True)
class Timer:
    """One running timer. `whose` is the representative of a window, `hold` that of a hold."""

    name: str
    due: int
    whose: str | None = None
    hold: Hold | None = None


def running(conversation: Conversation) -> list[Timer]:
    """Every running timer, in the order in which ties fire."""
    timers = [
        *_timers_of_holds(conversation),
        *_timers_of_windows(conversation),
        *_timers_of_stage(conversation),
    ]
    # The sort keeps the primary's before the offered one's, the older hold's before the
    # younger's, as they are listed below.
    return sorted(timers, key=lambda timer: ORDER.index(timer.name))


def earliest(timers: list[Timer]) -> Timer | None:
    """The timer that fires first: ties keep the order of the list."""
    return min(timers, key=lambda timer: timer.due, default=None)


def describe_next(conversation: Conversation) -> dict[str, Any] | None:
    """`next_timer`: "the earliest of its timers after this change, those of holds aside"."""
    timer = earliest([timer for timer in running(conversation) if timer.hold is None])
    return None if timer is None else {"name": timer.name, "at": print_time(timer.due)}


def _timers_of_holds(conversation: Conversation) -> list[Timer]:
    timers = []
    for hold in conversation.holds:
        if hold.release_at is not None:
            timers.append(Timer("wrap_up_release", hold.release_at, hold=hold))
        if hold.reset_at is not None:
            timers.append(Timer("day_reset", hold.reset_at, hold=hold))
    return timers


def _timers_of_windows(conversation: Conversation) -> list[Timer]:
    found = []
    if conversation.customer_window is not None:
        found.append(Timer("customer_reconnect", conversation.customer_window))
    windows = conversation.representative_windows
    # The primary's comes before the offered one's.
    people = dict.fromkeys((conversation.representative_id, conversation.offered_id))
    return found + [
        Timer("representative_reconnect", windows[whose], whose=whose)
        for whose in people
        if whose is not None and whose in windows
    ]


def _timers_of_stage(conversation: Conversation) -> list[Timer]:
    settings, stage, kind = conversation.settings, conversation.stage, conversation.kind
    found: list[tuple[str, int, int | None]] = []
    if stage == "scheduled" and conversation.scheduled_for is not None:
        found.append(("scheduled", conversation.scheduled_for, 0))
    elif stage == "open" and kind != RE:
        # `auto_close` open | last activity while open; `auto_close.open` of RE ... ignored.
        found.append(("auto_close", conversation.active_at, settings.auto_close["open"]))
    elif stage == "awaiting_acceptance":
        found.append(("offer", conversation.offered_at, settings.offer))
    elif stage == "in_conversation":
        if conversation.offered_id is not None:
            found.append(("offer", conversation.offered_at, settings.offer))
        found.append(("auto_close", conversation.active_at, settings.auto_close["active"]))
    elif stage == "with_external":
        # with an external: counts too
        found.append(("auto_close", conversation.active_at, settings.auto_close["active"]))
    elif stage == "with_bot" and kind == VO:
        # with a bot: VO only; `bot_inactivity` of VO [is] ignored where configured.
        found.append(("auto_close", conversation.active_at, settings.auto_close["active"]))
    elif stage == "with_bot":
        found.append(("bot_inactivity", conversation.active_at, settings.bot_inactivity))
    elif stage == "waiting":
        found.append(("inactivity", conversation.active_at, settings.auto_close["waiting"]))
    elif stage == "wrap_up":
        duration = settings.auto_close["wrap_up"]
        if duration is not None and isinstance(settings.wrap_up_block, int):
            # W2: at max(auto-close, blocking time) after wrap-up began
            duration = max(duration, settings.wrap_up_block)
        found.append(("auto_close", conversation.entered_at, duration))
    elif stage == "resolved":
        found.append(("auto_close", conversation.entered_at, settings.auto_close["resolved"]))
    return [
        Timer(name, since + duration) for name, since, duration in found if duration is not None
    ]
