"""The timers (contract.md#timers): which run in a conversation and when each is due.

Deadlines are worked out from the row each time they are asked for; what firing does is in
`expiry`. Those of inputs that wait, `early` and `settle`, are in `waiting_room`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .conversation import Conversation, Hold
from .silences import next_rule
from .vocabulary import ACTIVE_STAGES, RE, VO
from .wire import print_time

# Ties within a conversation fire in the order ...
ORDER = (
    "early",
    "settle",
    "wrap_up_release",
    "offer",
    "customer_reconnect",
    "representative_reconnect",
    "bot_inactivity",
    "bot_silence",
    "silence",
    "inactivity",
    "wake",
    "auto_close",
    "scheduled",
    "idle",
    "day_reset",
)


@dataclass(frozen=True)
class Timer:
    """One running timer. `whose` is the representative of an offer or window, `hold` its hold."""

    name: str
    due: int
    whose: str | None = None
    hold: Hold | None = None


def running(row: Conversation) -> list[Timer]:
    """Every running timer, in the order in which ties fire."""
    timers = [*_of_holds(row), *_of_offers(row), *_of_windows(row), *_of_stage(row)]
    # The sort keeps what is of one name as it is listed below: the older offer first, the
    # primary's window before the others', the older hold's before the younger's.
    return sorted(timers, key=lambda timer: ORDER.index(timer.name))


def earliest(timers: list[Timer]) -> Timer | None:
    """The timer that fires first: ties keep the order of the list."""
    return min(timers, key=lambda timer: timer.due, default=None)


def describe_next(row: Conversation) -> dict[str, Any] | None:
    """`next_timer`: "the earliest of its timers after this change, those of holds ... aside"."""
    timer = earliest([timer for timer in running(row) if timer.hold is None])
    return None if timer is None else {"name": timer.name, "at": print_time(timer.due)}


def _of_holds(row: Conversation) -> list[Timer]:
    timers = []
    for hold in row.holds:
        if hold.release_at is not None:
            timers.append(Timer("wrap_up_release", hold.release_at, hold=hold))
        if hold.reset_at is not None:
            timers.append(Timer("day_reset", hold.reset_at, hold=hold))
    return timers


def _of_offers(row: Conversation) -> list[Timer]:
    duration = row.settings.offer
    # A record's reported offer has no `offer` timer (`A3` is not for RE); its transfer has.
    if duration is None or (row.kind == RE and row.stage == "awaiting_acceptance"):
        return []
    return [
        Timer("offer", offer.since + duration, whose=offer.representative_id)
        for offer in row.offers
    ]


def _of_windows(row: Conversation) -> list[Timer]:
    timers = []
    if row.customer_window is not None:
        timers.append(Timer("customer_reconnect", row.customer_window))
    # the primary's, those offered, the consultants', each in the order in which the people came
    first = [] if row.representative_id is None else [row.representative_id]
    people = dict.fromkeys([*first, *row.offered_ids, *row.consultants])
    return timers + [
        Timer("representative_reconnect", row.representative_windows[whose], whose=whose)
        for whose in people
        if whose in row.representative_windows
    ]


def _of_stage(row: Conversation) -> list[Timer]:
    """Those that end with the status: each is a name, since when, and how long."""
    found: list[tuple[str, int | None, int | None]] = []
    settings = row.settings
    if row.stage == "scheduled":
        found.append(("scheduled", row.scheduled_for, 0))
    elif row.stage == "open" and (row.kind != RE or settings.upstream):
        # `auto_close.open` of RE is ignored where configured; upstream: `O9`, RE too
        found.append(("auto_close", row.active_at, settings.auto_close["open"]))
    elif row.stage in ACTIVE_STAGES:
        found += _of_active(row)
    elif row.stage == "waiting":
        found.append(("inactivity", row.active_at, settings.auto_close["waiting"]))
        found.append(("wake", row.wake_at, 0))
    elif row.stage == "wrap_up":
        found.append(("auto_close", row.entered_at, _wrap_up_duration(row)))
    elif row.stage == "resolved":
        found.append(("auto_close", row.entered_at, settings.auto_close["resolved"]))
    return [
        Timer(name, since + duration)
        for name, since, duration in found
        if since is not None and duration is not None
    ]


def _of_active(row: Conversation) -> list[tuple[str, int | None, int | None]]:
    settings = row.settings
    found: list[tuple[str, int | None, int | None]] = []
    closes = row.stage in ("in_conversation", "with_external")
    # with a bot: VO only; and with `authority: upstream` wherever it is active
    closes = closes or settings.upstream or (row.stage == "with_bot" and row.kind == VO)
    if closes:
        found.append(("auto_close", row.active_at, settings.auto_close["active"]))
    if row.stage == "with_bot" and row.kind != VO:
        found.append(("bot_inactivity", row.active_at, settings.bot_inactivity))
        found.append(("bot_silence", row.bot_owes_since, settings.bot_response))
    if row.stage == "in_conversation":
        rule = next_rule(row)
        if rule is not None and row.silence is not None:
            found.append(("silence", row.silence.since, round(rule.after * 1000)))
        if not row.idle:
            found.append(("idle", row.active_at, settings.release_when_idle))
    return found


def _wrap_up_duration(row: Conversation) -> int | None:
    """W2: at max(auto-close, blocking time) after wrap-up began, and what it was extended by."""
    duration, block = row.settings.auto_close["wrap_up"], row.settings.wrap_up_block
    if duration is None:
        return None
    return max(duration, block if isinstance(block, int) else 0) + row.extension
