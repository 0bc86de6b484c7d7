"""Reports (contract.md#rules): how things stand by the system that decides.

`report_rule` says which of F1 to F7 applies, `apply_report` carries it out.
"""

from __future__ import annotations

from typing import Any

from .assignment import (
    add_offer,
    decline,
    end_offers,
    give,
    hand_over,
    offer,
    withdraw,
    withdraw_transfer,
)
from .conversation import Conversation
from .departure import close, enter_wrap_up, leave
from .recording import record_written_up
from .step import SAME, Step
from .vocabulary import ACTIVE_STAGES, RE
from .wire import Event

REASON_OF_END = {
    "customer": "customer_ended",
    "representative": "representative_ended",
    "external": "external_ended",
    "bot": "ended_by_bot",
    "system": "failure",
}


def report_rule(row: Conversation, event: Event) -> str | None:
    """F1 to F7, W7, or None where it is `no_effect`."""
    rule, applies = {
        "conversation.queued": ("F1", _queued),
        "conversation.offered": ("F2", _offered),
        "conversation.offer_ended": ("F3", _offer_ended),
        "conversation.answered": ("F4", _answered),
        "conversation.ended": ("F5", _ended),
        "conversation.parked": ("F7", _parked),
        "conversation.wrapped_up": ("F6", _wrapped_up),
    }[event.type]
    if applies(row, event):
        return rule
    who = event.data.get("representative_id")
    if rule == "F6" and who is not None and row.hold_on(who, "wrap_up") is not None:
        # of somebody with a `wrap_up` hold: recorded, `W7`
        return "W7"
    return None


def _queued(row: Conversation, event: Event) -> bool:
    # (open in the same one: `no_effect`)
    return not (row.stage == "open" and event.data.get("queue_id", row.queue_id) == row.queue_id)


def _offered(row: Conversation, event: Event) -> bool:
    who = event.data["representative_id"]
    # of whoever has an offer or, in active, is primary: `no_effect`
    is_primary = row.stage in ACTIVE_STAGES and who == row.representative_id
    return not (
        who in row.offered_ids
        or is_primary
        # A reported offer beyond `parallel_offers` is `no_effect`.
        or len(row.offers) >= row.settings.parallel_offers
    )


def _offer_ended(row: Conversation, event: Event) -> bool:
    return event.data["representative_id"] in row.offered_ids


def _answered(row: Conversation, event: Event) -> bool:
    # already so and no offer pending: `no_effect`
    is_so = row.stage == "in_conversation" and (
        event.data["representative_id"] == row.representative_id
    )
    return not is_so or bool(row.offers)


def _ended(row: Conversation, event: Event) -> bool:
    return row.stage not in ("wrap_up", "resolved", "scheduled")


def _parked(row: Conversation, event: Event) -> bool:
    return row.stage == "in_conversation"


def _wrapped_up(row: Conversation, event: Event) -> bool:
    who = event.data.get("representative_id", row.representative_id)
    return row.stage in ("wrap_up", "in_conversation") and who == row.representative_id


def apply_report(rule: str, step: Step, event: Event) -> None:
    """Carry out the rule of a report."""
    row, data = step.conversation, event.data
    who: Any = data.get("representative_id")
    if rule == "F1":
        leave(step, rule, "open", queue=data.get("queue_id", SAME))
    elif rule == "F2":
        _offer(step, who)
    elif rule == "F3":
        if row.stage == "in_conversation":
            withdraw_transfer(step, rule, who)
        elif data.get("declined"):
            decline(step, rule, who)
        else:
            withdraw(step, rule, who)
    elif rule == "F4":
        # another primary's hold ends as at `B17` and, where they were in conversation, a
        # transfer counts
        is_handed_over = row.stage == "in_conversation" and who != row.representative_id
        row.session_closed = False
        answer = hand_over if is_handed_over else give
        answer(step, rule, who, forced=True)
    elif rule == "F5":
        _end(step, data.get("by", "customer"))
    elif rule == "F6":
        close(step, rule, "closed_by_representative")
    elif rule == "F7":
        leave(step, rule, "waiting")
    elif rule == "W7":
        record_written_up(step, who)
    else:
        raise AssertionError(f"no rule {rule} for a report")


def _offer(step: Step, who: str) -> None:
    """F2: always an offer; it joins what is pending."""
    row = step.conversation
    if row.stage == "in_conversation":
        if who in row.skipped:
            row.skipped.remove(who)
        add_offer(step, "F2", who, forced=True)
        step.change("F2", "in_conversation")
        return
    if row.stage != "awaiting_acceptance":
        end_offers(step, "F2")
        for hold in [*row.holds_of("primary"), *row.holds_of("consultant")]:
            # As `F4` says: a hold for handling that they have is kept.
            if hold is row.hold_on(who, "primary") and row.settings.reserve_on_offer:
                hold.release_at = None
            else:
                step.release(hold, "F2")
    offer(step, "F2", who, forced=True)


def _end(step: Step, by: str) -> None:
    """F5: in_conversation: wrap_up (RE: closed); else closed, as whoever left it says."""
    row = step.conversation
    if row.stage == "in_conversation" and row.kind != RE:
        enter_wrap_up(step, "F5", REASON_OF_END[by])
        return
    reason = REASON_OF_END[by]
    if by == "customer" and row.stage in ("open", "awaiting_acceptance"):
        reason = "customer_left_open"
    close(step, "F5", reason, by_customer=by == "customer")
