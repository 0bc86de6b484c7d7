"""What the firing of each timer does (contract.md#rules, those of timers)."""

from __future__ import annotations

from .assignment import decline, withdraw_offer
from .departure import close, enter_wrap_up, return_to_queue
from .step import Step
from .timers import Timer
from .vocabulary import VO


def fire(step: Step, timer: Timer) -> None:
    """Carry out the rule of a timer in the stage that the conversation is in."""
    if timer.name in ("wrap_up_release", "day_reset"):
        _end_hold(step, timer)
    elif timer.name == "offer":
        _end_offer(step)
    elif timer.name == "customer_reconnect":
        _lose_customer(step)
    elif timer.name == "representative_reconnect":
        _lose_representative(step, timer)
    elif timer.name == "bot_inactivity":
        close(step, "D4", "auto_closed")
    elif timer.name == "inactivity":
        close(step, "X4", "auto_closed_from_waiting")
    elif timer.name == "auto_close":
        _auto_close(step)
    elif timer.name == "scheduled":
        step.change("S1", "open")


def _end_hold(step: Step, timer: Timer) -> None:
    assert timer.hold is not None
    if timer.name == "day_reset":
        # `capacity.released`, rule `P1`, cause `timer.day_reset`
        step.release(timer.hold, "P1")
    else:
        # W4 in wrap_up, W5 where it is closed: no state change is published, only the release
        step.release(timer.hold, "W5" if step.conversation.stage == "closed" else "W4")


def _end_offer(step: Step) -> None:
    if step.conversation.stage == "awaiting_acceptance":
        decline(step, "A3")
    else:
        # B18: `representative.reject` by the offered, timer `offer`, or ...
        withdraw_offer(step)


def _lose_customer(step: Step) -> None:
    stage = step.conversation.stage
    if stage == "open":
        close(step, "O8", "customer_left_open")
    elif stage == "awaiting_acceptance":
        close(step, "A5", "customer_left_open")
    elif stage == "in_conversation":
        enter_wrap_up(step, "B3", "customer_left_active")
    elif stage == "with_bot":
        close(step, "D3", "customer_left_active")


def _lose_representative(step: Step, timer: Timer) -> None:
    row = step.conversation
    if row.stage == "awaiting_acceptance":
        return_to_queue(step, "A6", timer.whose)
    elif timer.whose == row.representative_id:
        return_to_queue(step, "B5", timer.whose)
    else:
        # B18: ... or the offered one's `representative_reconnect`
        withdraw_offer(step)


def _auto_close(step: Step) -> None:
    row = step.conversation
    if row.stage == "in_conversation" and row.kind == VO:
        # B4: VO: wrap_up, auto_closed; others: closed, auto_closed
        enter_wrap_up(step, "B4", "auto_closed")
        return
    rule = {
        "open": "O9",
        "in_conversation": "B4",
        "resolved": "R4",
        "with_external": "E2",
        "with_bot": "D4",
        "wrap_up": "W2",
    }[row.stage or ""]
    close(step, rule, "auto_closed")
