"""What an accepted input leaves in the row besides its change: windows, activity, consults."""

from __future__ import annotations

from typing import Any

from .conversation import Conversation
from .step import Step
from .vocabulary import LC, RE
from .wire import Event


def end_windows(row: Conversation, event: Event) -> None:
    """What an accepted input ends, before its change."""
    who: Any = event.data.get("representative_id")
    if event.type.startswith("customer."):
        # `customer_reconnect` ends with `customer.reconnected`, any other input of the customer
        row.customer_window = None
    if event.type.startswith("representative."):
        # it ends with `representative.reconnected`, any other `representative.*` input from them
        row.representative_windows.pop(who, None)
    # a later accepted input from them (`resolve_record` and `disconnected` aside) opens it again
    is_aside = event.type in ("representative.resolve_record", "representative.disconnected")
    if event.type.startswith("representative.") and not is_aside:
        row.session_closed = row.session_closed and who != row.representative_id


def record(step: Step, event: Event) -> None:
    """An input that is recorded: "accepted, updates the row, publishes no state change"."""
    row, now = step.conversation, step.now
    who: Any = event.data.get("representative_id")
    if event.type == "customer.disconnected" and row.kind == LC:
        row.customer_window = after(now, row.settings.customer_reconnect)
    elif event.type == "representative.disconnected":
        due = after(now, row.settings.representative_reconnect)
        if due is not None:
            row.representative_windows[who] = due
    elif event.type == "representative.close_session" and row.kind == RE:
        # the session is closed; record and hold stay theirs
        row.session_closed = True
    elif event.type == "consult.started":
        _start_consult(step, who, event.data["via"])
    elif event.type == "consult.ended":
        _end_consult(step, who)
    if is_activity(row, event):
        row.active_at = now


def after(now: int, duration: int | None) -> int | None:
    """The deadline of a window: "A null duration means never", so there is none to run."""
    return None if duration is None else now + duration


def is_activity(row: Conversation, event: Event) -> bool:
    """contract.md#activity: what restarts the timer that counts from the last one."""
    if row.stage == "waiting":
        # `inactivity`: waiting began, or `representative.message` of the last representative
        return event.type == "representative.message"
    return event.type in (
        "customer.messaged",
        "representative.message",
        "supervisor.monitor",
        "consult.started",
        "consult.ended",
    )


def _start_consult(step: Step, who: str, via: str) -> None:
    row = step.conversation
    row.consultants.append(who)
    # A consult that does not block is recorded without a hold.
    if row.settings.consult_blocks[via]:
        step.hold(who, "consultant", "K1", forced=False)


def _end_consult(step: Step, who: str) -> None:
    row = step.conversation
    row.consultants.remove(who)
    for hold in row.holds_of("consultant"):
        if hold.representative_id == who:
            step.release(hold, "K2")
