"""What an accepted input leaves in the row besides its change: windows, activity, consults."""

from __future__ import annotations

from typing import Any

from . import silences
from .conversation import Conversation
from .step import Step
from .vocabulary import LC, MESSAGES, RE, REPORTS
from .wire import Event, parse_time


def note_input(row: Conversation, event: Event) -> None:
    """What an accepted input ends or leaves, before its change."""
    who: Any = event.data.get("representative_id")
    if event.type.startswith("customer."):
        # `customer_reconnect` ends with `customer.reconnected`, any other input of the customer
        row.customer_window = None
    if event.type == "customer.reconnected":
        row.reconnected_time = event.time
    if event.type.startswith("representative."):
        # it ends with `representative.reconnected`, any other `representative.*` input from them
        row.representative_windows.pop(who, None)
    # a later accepted input from them (`resolve_record` and `disconnected` aside) opens it again
    is_aside = event.type in ("representative.resolve_record", "representative.disconnected")
    if event.type.startswith("representative.") and not is_aside:
        row.session_closed = row.session_closed and who != row.representative_id
    # the last one given is published from then on
    row.disposition = event.data.get("disposition", row.disposition)
    row.merged_into = event.data.get("merged_into", row.merged_into)
    if event.type in REPORTS:
        row.report_time = event.time


def record(step: Step, event: Event) -> None:
    """An input that is recorded: "accepted, updates the row, publishes no state change"."""
    row, now, type_ = step.conversation, step.now, event.type
    who: Any = event.data.get("representative_id")
    if type_ == "customer.disconnected" and row.kind == LC:
        row.customer_window = after(now, row.settings.customer_reconnect)
    elif type_ == "representative.disconnected":
        due = after(now, row.settings.representative_reconnect)
        if due is not None:
            row.representative_windows[who] = due
    elif type_ == "representative.close_session" and row.kind == RE:
        # the session is closed; record and hold stay theirs
        row.session_closed = True
    elif type_ == "representative.hold":
        row.on_hold_since = step.at
    elif type_ == "representative.unhold":
        row.on_hold, row.on_hold_since = row.hold_duration(step.at), None
    elif type_ == "representative.extend_wrap_up":
        _extend_wrap_up(row, event.data["seconds"] * 1000)
    elif type_ == "consult.started":
        _start_consult(step, who, event.data["via"])
    elif type_ == "consult.ended":
        end_consult(step, who)
    elif type_ == "bot.message":
        row.bot_owes_since = None
    elif type_ == "customer.messaged" and row.stage == "with_bot":
        # the first `customer.messaged` that the bot has not answered
        row.bot_owes_since = now if row.bot_owes_since is None else row.bot_owes_since
    if row.stage == "in_conversation":
        silences.hear(row, type_, now)
    if is_activity(row, event):
        row.active_at = now
        step.end_idleness()
    if type_ not in MESSAGES:
        step.note()


def record_written_up(step: Step, who: str) -> None:
    """W7: whoever writes up after a transfer has finished."""
    step.release(step.conversation.hold_on(who, "wrap_up"), "W7")
    step.note()


def after(now: int, duration: int | None) -> int | None:
    """The deadline of a window: "A null duration means never", so there is none to run."""
    return None if duration is None else now + duration


def is_activity(row: Conversation, event: Event) -> bool:
    """contract.md#activity: what restarts the timer that counts from the last one."""
    if row.stage == "waiting":
        # `inactivity`: waiting began, or `representative.message` of the last representative
        return event.type == "representative.message"
    return event.type in (
        *MESSAGES,
        "representative.hold",
        "representative.unhold",
        "supervisor.monitor",
        "consult.started",
        "consult.ended",
    )


def end_consult(step: Step, who: str) -> None:
    """K2, of `consult.ended` or of a window that runs out."""
    row = step.conversation
    row.consultants.remove(who)
    step.release(row.hold_on(who, "consultant"), "K2")
    if who not in row.offered_ids:
        row.representative_windows.pop(who, None)


def _start_consult(step: Step, who: str, via: str) -> None:
    row = step.conversation
    row.consultants.append(who)
    # A consult that does not block is recorded without a hold.
    if row.settings.consult_blocks[via]:
        step.hold(who, "consultant", "K1", forced=False)


def _extend_wrap_up(row: Conversation, asked: int) -> None:
    """Moves `wrap_up_release` and `auto_close` on; at most 3,600 s in all: more is cut."""
    added = min(asked, 3_600_000 - row.extension)
    row.extension += added
    hold = row.hold_on(row.representative_id, "primary")
    if hold is not None and hold.release_at is not None:
        hold.release_at += added


def resume_at(event: Event, now: int) -> int | None:
    """`resume_at` of the X: not after the clock is as if left out."""
    moment = parse_time(event.data.get("resume_at"))
    return moment if moment is not None and moment > now else None
