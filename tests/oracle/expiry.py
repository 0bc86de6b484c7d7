"""What the firing of each timer does (contract.md#rules, those of timers)."""

from __future__ import annotations

from .assignment import decline, skip, withdraw_transfer
from .departure import (
    close,
    enter_wrap_up,
    leave,
    lose_offered,
    lose_primary,
    open_promised,
    return_from_waiting,
)
from .recording import end_consult
from .silences import next_rule
from .step import Step
from .timers import Timer
from .vocabulary import VO


def fire(step: Step, timer: Timer) -> None:
    """Carry out the rule of a timer in the stage that the conversation is in."""
    if timer.name in ("wrap_up_release", "day_reset"):
        _end_hold(step, timer)
    elif timer.name == "offer":
        _end_offer(step, timer)
    elif timer.name == "customer_reconnect":
        _lose_customer(step)
    elif timer.name == "representative_reconnect":
        _lose_representative(step, timer)
    elif timer.name == "bot_inactivity":
        close(step, "D4", "auto_closed")
    elif timer.name == "bot_silence":
        leave(step, "D6", "open")
    elif timer.name == "silence":
        _break_silence(step)
    elif timer.name == "inactivity":
        close(step, "X4", "auto_closed_from_waiting")
    elif timer.name == "wake":
        return_from_waiting(step, "X8")
    elif timer.name == "auto_close":
        _auto_close(step)
    elif timer.name == "scheduled":
        open_promised(step)
    elif timer.name == "idle":
        # Status and representative stay.
        row = step.conversation
        step.release(row.hold_on(row.representative_id, "primary"), "K3")
        row.idle = True


def _end_hold(step: Step, timer: Timer) -> None:
    assert timer.hold is not None
    if timer.name == "day_reset":
        # `capacity.released`, rule `P1`, cause `timer.day_reset`
        step.release(timer.hold, "P1")
    elif timer.hold.role == "wrap_up":
        step.release(timer.hold, "W6")
    else:
        # W4 in wrap_up, W5 where it is closed: no state change is published, only the release
        step.release(timer.hold, "W5" if step.conversation.stage == "closed" else "W4")


def _end_offer(step: Step, timer: Timer) -> None:
    if step.conversation.stage == "awaiting_acceptance":
        decline(step, "A3", timer.whose)
    else:
        # B18: `representative.reject` by the offered, timer `offer`, or ...
        withdraw_transfer(step, "B18", timer.whose)


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
    else:
        raise AssertionError(stage)


def _lose_representative(step: Step, timer: Timer) -> None:
    row, who = step.conversation, timer.whose
    assert who is not None
    del row.representative_windows[who]
    if row.stage == "awaiting_acceptance":
        lose_offered(step, who)
    elif row.stage == "wrap_up":
        # W9: its end gives their capacity back and leaves the conversation in wrap_up
        step.release(row.hold_on(who, "primary"), "W9")
    elif who == row.representative_id:
        lose_primary(step)
    else:
        # Whose window runs out while they have an offer and consult: `B18`, then `K2`.
        if row.offer_to(who) is not None:
            withdraw_transfer(step, "B18", who)
        if who in row.consultants:
            end_consult(step, who)


def _break_silence(step: Step) -> None:
    row = step.conversation
    rule = next_rule(row)
    assert rule is not None
    assert row.silence is not None
    row.silence.fired += 1
    if rule.then == "remind":
        # publishes a `conversation.reminder` and changes nothing
        step.remind(rule.silent, rule.after)
    elif rule.then == "wait":
        leave(step, "B20", "waiting")
    elif rule.then == "end":
        enter_wrap_up(step, "B21", "customer_silent")
    else:
        # open; release; the silent one is skipped
        skip(row, row.representative_id)
        leave(step, "B22", "open")


def _auto_close(step: Step) -> None:
    row = step.conversation
    if row.stage == "in_conversation" and row.kind == VO and not row.settings.upstream:
        # B4: VO: wrap_up, auto_closed; others, and upstream: closed, auto_closed
        enter_wrap_up(step, "B4", "auto_closed")
        return
    rule = {
        "open": "O9",
        "awaiting_acceptance": "A14",
        "in_conversation": "B4",
        "resolved": "R4",
        "with_external": "E2",
        "with_bot": "D4",
        "wrap_up": "W2",
    }[row.stage or ""]
    close(step, rule, "auto_closed")
