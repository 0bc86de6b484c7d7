"""Giving a conversation to a representative: offers, acceptance, declines, a new primary."""

from __future__ import annotations

from .conversation import Conversation
from .step import SAME, Step
from .vocabulary import RE

# **Skipped**: ... until `O1`, `O2`, `O3`, `X6`, `A9`, `A1` or `B17` gives it to them again.
UNSKIPPING = ("O1", "O2", "O3", "X6", "A9", "A1", "B17")


def offer(
    step: Step,
    rule: str,
    who: str,
    forced: bool,
    auto_accept: bool,
    reason: str | None = None,
) -> None:
    """Make them an offer, or give it to them at once (RE, and auto_accept)."""
    row = step.conversation
    if auto_accept or row.kind == RE:
        give(step, rule, who, forced=forced, reason=reason)
        return
    unskip(row, rule, who)
    row.offer_forced = forced
    # null while open, ... and when the customer left before anyone accepted: while the offer is
    # pending in awaiting_acceptance, `representative_id` is the offered one.
    step.change(rule, "awaiting_acceptance", reason=reason, representative=who, offered=who)
    if row.settings.reserve_on_offer:
        # (`reserve_on_offer: false`: only from acceptance)
        step.hold(who, "primary", rule, forced=forced)


def give(
    step: Step,
    rule: str,
    who: str,
    *,
    forced: bool,
    reason: str | None = None,
    queue: str | None = SAME,
) -> None:
    """They are in conversation at once and hold."""
    unskip(step.conversation, rule, who)
    step.change(rule, "in_conversation", reason=reason, representative=who, queue=queue)
    step.hold(who, "primary", rule, forced=forced)


def accept(step: Step, who: str) -> None:
    """A1: "hold kept (or taken now, where the workstream does not reserve on offer)"."""
    row = step.conversation
    unskip(row, "A1", who)
    step.change("A1", "in_conversation")
    if not row.holds_of("primary"):
        # `forced` of a hold taken at acceptance is that of its offer
        step.hold(who, "primary", "A1", forced=row.offer_forced)


def decline(step: Step, rule: str) -> None:
    """A2, A3: "open; release; counts a decline"."""
    skip(step.conversation, step.conversation.offered_id)
    step.release_all(rule)
    step.change(rule, "open")


def transfer_offer(step: Step, rule: str, target: str, *, forced: bool) -> None:
    """B10, B13: "`offered_representative_id` is set ...; the target holds nothing yet"."""
    row = step.conversation
    if row.settings.auto_accept or row.kind == RE:
        # RE and auto_accept: `B17` at once instead
        become_primary(step, target, forced)
        return
    row.offer_forced = forced
    step.change(rule, "in_conversation", offered=target)


def become_primary(step: Step, who: str, forced: bool) -> None:
    """B17: their hold starts, the first one's ends (no wrap-up); a transfer is counted."""
    row = step.conversation
    row.transfers += 1
    unskip(row, "B17", who)
    for hold in row.holds_of("primary"):
        step.release(hold, "B17")
    # Whoever becomes primary loses a consult hold of theirs on it in the same step.
    row.consultants = [consultant for consultant in row.consultants if consultant != who]
    for hold in row.holds_of("consultant"):
        if hold.representative_id == who:
            step.release(hold, "B17")
    step.change("B17", "in_conversation", representative=who)
    step.hold(who, "primary", "B17", forced=forced)


def withdraw_offer(step: Step) -> None:
    """B18: "`offered_representative_id` null; nothing else changes"."""
    step.change("B18", "in_conversation")


def skip(row: Conversation, who: str | None) -> None:
    """Put them on the list of the skipped."""
    if who is not None and who not in row.skipped:
        row.skipped.append(who)


def unskip(row: Conversation, rule: str, who: str) -> None:
    """Take them off the list, where the rule is one that gives it to them again."""
    if rule in UNSKIPPING and who in row.skipped:
        row.skipped.remove(who)
