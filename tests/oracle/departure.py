"""Taking a conversation from where it is: to open, a bot, wrap-up, waiting, resolved or closed."""

from __future__ import annotations

from typing import Any

from .assignment import end_offers, give, offer, withdraw, write_up
from .conversation import Conversation
from .step import SAME, Step
from .vocabulary import AM, LC, PC, RE, VO

# Whoever hands over by these may write up (`wrap_up_after_transfer`); a transfer is counted.
HANDING_OVER = ("B7", "B11", "B12")


def leave(step: Step, rule: str, stage: str, *, queue: Any = SAME, party: Any = None) -> None:
    """To a stage in which nobody has it: offers and holds for handling end."""
    row = step.conversation
    former = row.representative_id
    end_offers(step, rule)
    step.release_for_handling(rule)
    if rule in HANDING_OVER:
        row.transfers += 1
        write_up(step, rule, former)
    step.change(rule, stage, queue=queue, party=party)


def enter_wrap_up(step: Step, rule: str, reason: str) -> None:
    """Capacity by the wrap-up setting (contract.md#holds-by-stage)."""
    row, block = step.conversation, step.conversation.settings.wrap_up_block
    end_offers(step, rule)
    for hold in row.holds_of("consultant"):
        step.release(hold, rule)
    # released that long after wrap-up began
    release_at = step.now + block if isinstance(block, int) else None
    hold_kept = row.hold_on(row.representative_id, "primary")
    if hold_kept is not None and block == "never":
        # released on entry
        step.release(hold_kept, rule)
    elif hold_kept is not None:
        hold_kept.release_at = release_at
    elif row.idle and block != "never" and row.representative_id is not None:
        # A hold that `K3` ended starts again, forced, ... where wrap-up keeps it.
        step.hold(row.representative_id, "primary", rule, forced=True, release_at=release_at)
    step.change(rule, "wrap_up", reason=reason)


def reopen_from_wrap_up(step: Step, rule: str) -> None:
    """W8: the same representative; a hold that was released starts again, forced."""
    who = step.conversation.representative_id
    assert who is not None
    give(step, rule, who, forced=True)


def return_from_waiting(step: Step, rule: str) -> None:
    """X1, X8, and X2 "right after ..., same cause: keep_same_representative and push"."""
    row = step.conversation
    last = row.representative_id
    step.change(rule, "open")
    if not (row.settings.keep_same_representative and row.settings.push) or last is None:
        return
    # what would be too large does not follow a timer
    if step.cause.event is not None or can_follow(step, last):
        # `auto_accept` does not apply to them; of a record in_conversation at once
        offer(step, "X2", last, forced=True, at_once=row.kind == RE)


def lose_offered(step: Step, who: str) -> None:
    """A6, and L1 after the last of them."""
    withdraw(step, "A6", who)
    if step.conversation.stage == "open":
        follow_affinity(step, who)


def lose_primary(step: Step) -> None:
    """B5, and L1 after it; B23 in its place."""
    who = step.conversation.representative_id
    assert who is not None
    if not promote_consultant(step):
        leave(step, "B5", "open")
        follow_affinity(step, who)


def follow_affinity(step: Step, who: str) -> None:
    """L1: on LC when keep_same_representative is on and push, with the same representative."""
    row, settings = step.conversation, step.conversation.settings
    follows = row.kind == LC and settings.keep_same_representative and settings.push
    # what would be too large does not follow a timer
    if follows and can_follow(step, who):
        offer(step, "L1", who, forced=True)


def open_promised(step: Step) -> None:
    """S1, and S3 right after it, same cause, where it is promised to somebody."""
    row = step.conversation
    promised, row.promised_to = row.promised_to, None
    step.change("S1", "open")
    if promised is not None and can_follow(step, promised):
        # always an offer; RE: in_conversation at once
        offer(step, "S3", promised, forced=True, at_once=row.kind == RE)


def can_follow(step: Step, who: str) -> bool:
    """Timers make nothing larger than what was accepted."""
    row = step.conversation
    # an offer holds nothing yet where the workstream does not reserve on offer
    holds = row.settings.reserve_on_offer or row.kind == RE
    return not holds or step.has_room(who)


def promote_consultant(step: Step) -> bool:
    """B23, in place of B5 and B8: the consultant who has been there longest becomes primary."""
    row = step.conversation
    if not row.settings.promote_consultant or row.kind not in (LC, PC, AM, VO):
        return False
    # whose own window does not run
    present = [who for who in row.consultants if who not in row.representative_windows]
    if not present or (step.cause.event is None and not can_follow(step, present[0])):
        return False
    give(step, "B23", present[0], forced=True)
    return True


def resolve(step: Step, rule: str) -> None:
    """B14: resolved; release; `R1` at once where they have closed the session already."""
    session_closed = step.conversation.session_closed
    leave(step, rule, "resolved")
    if session_closed:
        close(step, "R1", "closed_by_representative")


def close(
    step: Step,
    rule: str,
    reason: str,
    *,
    by_customer: bool = False,
    releases_all: bool = False,
) -> None:
    """Whatever closes: the holds end, but for daily ones, writing up and the remainder.

    `releases_all`: `supervisor.force_close` and `Z1` release whatever the setting.
    """
    row = step.conversation
    was_waiting = row.stage in ("open", "awaiting_acceptance")
    # true where `O7`, `O8`, `A4` or `A5` closes an inbound conversation that nobody was ever in
    # conversation with; a customer's `F5` in open and awaiting_acceptance likewise
    left_waiting = rule in ("O7", "O8", "A4", "A5") or (by_customer and was_waiting)
    abandoned = left_waiting and row.inbound and row.served_by is None
    who = representative_at_close(row, rule)
    end_offers(step, rule)
    for hold in row.holds:
        # closing earlier does not release earlier, unless `release_on_close: true`
        is_remainder = hold.release_at is not None and not row.settings.release_on_close
        stays = hold.role == "wrap_up" or is_remainder
        if hold.role != "daily" and (releases_all or not stays):
            step.release(hold, rule)
    step.change(rule, "closed", reason=reason, representative=who, ends=(abandoned, left_waiting))


def representative_at_close(row: Conversation, rule: str) -> str | None:
    """Who is named on the closed conversation.

    "on a closed conversation [it] names who had it last (after `A7` the one it was offered to). It
    is null ... when the customer left before anyone accepted." Whoever only had an offer did not
    have it.
    """
    if rule in ("A4", "A5"):
        return None
    if row.stage == "awaiting_acceptance" and rule != "A7":
        return row.served_by
    return row.representative_id or row.served_by
