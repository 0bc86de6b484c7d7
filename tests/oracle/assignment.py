"""Giving a conversation to a representative: offers, acceptance, declines, a new primary."""

from __future__ import annotations

from typing import Any

from .conversation import Conversation, Offer
from .step import SAME, Step
from .vocabulary import RE

# until `O1`, `O3`, `X6`, `A9`, `A13`, `N1` or `F2` offers it to them again
UNSKIPPING = ("O1", "O3", "X6", "A9", "A13", "N1", "F2")
BY_SUPERVISOR = "assigned_by_supervisor"


def offer(
    step: Step,
    rule: str,
    who: str,
    *,
    forced: bool,
    at_once: bool = False,
    reason: str | None = None,
    reservation: dict[str, Any] | None = None,
) -> None:
    """Make them an offer beside those that are pending, or give it to them at once."""
    row = step.conversation
    if at_once:
        give(step, rule, who, forced=forced, reason=reason, reservation=reservation)
        return
    if rule in UNSKIPPING:
        unskip(row, who)
    add_offer(step, rule, who, forced=forced, reservation=reservation)
    step.change(rule, "awaiting_acceptance", reason=reason)


def is_given_at_once(step: Step, auto_accept: bool = False) -> bool:
    """`auto_accept` (input or workstream) or RE -> in_conversation at once."""
    row = step.conversation
    return auto_accept or row.settings.auto_accept or row.kind == RE


def add_offer(
    step: Step,
    rule: str,
    who: str,
    *,
    forced: bool,
    reservation: dict[str, Any] | None = None,
) -> None:
    """One more pending offer, and its hold where the workstream reserves on offer."""
    row = step.conversation
    stop_writing_up(step, rule, who)
    row.offers.append(Offer(who, step.now, forced, reservation))
    if row.settings.reserve_on_offer and step.keeps(who, "primary") is None:
        # (`reserve_on_offer: false`: only from acceptance)
        step.hold(who, "primary", rule, forced=forced, reservation=reservation)


def end_offers(step: Step, rule: str) -> None:
    """Every pending offer ends."""
    for pending in list(step.conversation.offers):
        end_offer(step, rule, pending)


def _end_offers_of(step: Step, rule: str, who: str | None) -> None:
    """The pending offer of one, or all of them where nobody is named."""
    if who is None:
        end_offers(step, rule)
        return
    pending = step.conversation.offer_to(who)
    assert pending is not None
    end_offer(step, rule, pending)


def end_offer(step: Step, rule: str, pending: Offer) -> None:
    """An offer ends: what it holds is given back, what a gate had granted for it is declined."""
    row = step.conversation
    row.offers.remove(pending)
    hold = row.hold_on(pending.representative_id, "primary")
    step.release(hold, rule)
    if pending.reservation is not None and hold is None:
        step.decline(pending)


def give(
    step: Step,
    rule: str,
    who: str,
    *,
    forced: bool,
    reason: str | None = None,
    reservation: dict[str, Any] | None = None,
    queue: str | None = SAME,
) -> None:
    """They are in conversation, as primary; every other offer and primary's hold ends.

    A hold for handling that they have is kept: that of their offer, or of wrap-up.
    """
    row = step.conversation
    offered = row.offer_to(who)
    if offered is not None:
        row.offers.remove(offered)
        reservation = offered.reservation
    end_offers(step, rule)
    for hold in row.holds_of("primary"):
        if hold.representative_id != who:
            step.release(hold, rule)
    # Whoever becomes primary loses a consult hold of theirs on it in the same step.
    row.consultants = [consultant for consultant in row.consultants if consultant != who]
    step.release(row.hold_on(who, "consultant"), rule)
    stop_writing_up(step, rule, who)
    # K3 had released a primary who stays: that hold begins with K4, at the end of the step.
    is_idle = row.idle and who == row.representative_id
    kept = step.keeps(who, "primary")
    if kept is not None:
        # in conversation it is held: no time runs against it
        kept.release_at = None
    step.change(rule, "in_conversation", reason=reason, representative=who, queue=queue)
    if kept is None and not is_idle:
        if offered is not None and reservation is not None and not _is_cost(row, reservation):
            # U1: what it costs is another thing by now, and is held as U1 holds
            step.decline(offered)
            forced, reservation = True, None
        step.hold(who, "primary", rule, forced=forced, reservation=reservation)


def _is_cost(row: Conversation, reservation: dict[str, Any]) -> bool:
    granted = reservation.get("units") or 0, {*(reservation.get("profiles") or [])}
    return granted == (row.units, {*row.profiles})


def decline(step: Step, rule: str, who: str | None, reason: str | None = None) -> None:
    """A2, A3, and F3 with `declined`: "counts a decline"."""
    skip(step.conversation, who)
    withdraw(step, rule, who, declined=True, decline_reason=reason)


def withdraw(step: Step, rule: str, who: str | None, queue: Any = SAME, **told: Any) -> None:
    """In awaiting_acceptance one offer ends (or all, of nobody named); the last one opens it."""
    row = step.conversation
    _end_offers_of(step, rule, who)
    if row.offers:
        # the status stays and only that offer goes (`A8`: the queue stays)
        step.change(rule, "awaiting_acceptance", **told)
    else:
        step.change(rule, "open", queue=queue, **told)


def withdraw_transfer(step: Step, rule: str, who: str | None) -> None:
    """B18: the offer (or every one, of nobody named) goes; nothing else changes."""
    _end_offers_of(step, rule, who)
    step.change(rule, "in_conversation")


def offer_transfer(step: Step, rule: str, target: str, *, forced: bool) -> None:
    """B10, B13: a new transfer withdraws a pending offer; RE and auto_accept: `B17` at once."""
    if is_given_at_once(step):
        hand_over(step, "B17", target, forced=forced)
        return
    end_offers(step, rule)
    add_offer(step, rule, target, forced=forced)
    step.change(rule, "in_conversation")


def hand_over(step: Step, rule: str, who: str, *, forced: bool) -> None:
    """B17, and F4 where they were in conversation: transfer counted, the former may write up."""
    row = step.conversation
    row.transfers += 1
    former = row.representative_id
    give(step, rule, who, forced=forced)
    write_up(step, rule, former)


def write_up(step: Step, rule: str, who: str | None) -> None:
    """`wrap_up_after_transfer`: a hold of role `wrap_up` of whoever hands over."""
    duration = step.conversation.settings.wrap_up_after_transfer
    if duration is not None and who is not None:
        release_at = step.now + duration
        step.hold(who, "wrap_up", rule, forced=False, release_at=release_at)


def stop_writing_up(step: Step, rule: str, who: str) -> None:
    """at once ... when the conversation is offered or given to them again."""
    step.release(step.conversation.hold_on(who, "wrap_up"), rule)


def skip(row: Conversation, who: str | None) -> None:
    """Put them on the list of the skipped."""
    if who is not None and who not in row.skipped:
        row.skipped.append(who)


def unskip(row: Conversation, who: str) -> None:
    """Take them off the list."""
    if who in row.skipped:
        row.skipped.remove(who)
