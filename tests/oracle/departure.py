"""Taking a conversation from where it is: back to open, to wrap-up, resolved or closed."""

from __future__ import annotations

from .assignment import offer
from .conversation import Conversation
from .step import SAME, Step
from .vocabulary import LC
from .wire import Event


def requeue(step: Step, rule: str, event: Event) -> None:
    """A8, A10, B6, B7, B19: open, in the queue that the input names, if any; release."""
    queue = event.data.get("queue_id", SAME)
    if event.type == "representative.transfer":
        queue = event.data["to"]["id"]
    if rule == "B7":
        # transfer counted; of A8: no transfer is counted
        step.conversation.transfers += 1
    if event.data.get("overflow"):
        step.conversation.overflow_transfers += 1
    step.release_all(rule)
    step.change(rule, "open", queue=queue)


def resolve(step: Step, rule: str) -> None:
    """B14: resolved; release; `R1` at once where they have closed the session already."""
    session_closed = step.conversation.session_closed
    step.release_all(rule)
    step.change(rule, "resolved")
    if session_closed:
        close(step, "R1", "closed_by_representative")


def enter_wrap_up(step: Step, rule: str, reason: str) -> None:
    """B1 to B4: capacity by the wrap-up setting (contract.md#holds-by-stage)."""
    row, block = step.conversation, step.conversation.settings.wrap_up_block
    for hold in row.holds_of("consultant"):
        step.release(hold, rule)
    for hold in row.holds_of("primary"):
        if block == "never":
            # released on entry
            step.release(hold, rule)
        elif isinstance(block, int):
            # released that long after wrap-up began
            hold.release_at = step.now + block
    step.change(rule, "wrap_up", reason=reason)


def return_from_waiting(step: Step, rule: str) -> None:
    """X1, and X2 "right after `X1`, same cause: keep_same_representative and push"."""
    row = step.conversation
    last = row.representative_id
    step.change(rule, "open")
    if row.settings.keep_same_representative and row.settings.push and last is not None:
        # `auto_accept` does not apply to them
        offer(step, "X2", last, forced=True, auto_accept=False)


def return_to_queue(step: Step, rule: str, who: str | None) -> None:
    """A6, B5: "open; release", and L1 after it."""
    row = step.conversation
    step.release_all(rule)
    step.change(rule, "open")
    # the same affinity as `X2` follows `A6` and `B5` on LC when keep_same_representative is on
    # and push
    if row.kind == LC and row.settings.keep_same_representative and row.settings.push and who:
        if row.settings.reserve_on_offer and not step.has_room(who):
            # what would be too large does not follow a timer
            return
        offer(step, "L1", who, forced=True, auto_accept=False)


def close(step: Step, rule: str, reason: str) -> None:
    """Whatever closes: the holds end, but for daily ones and the wrap-up remainder."""
    row = step.conversation
    # `abandoned`: true where `O7`, `O8`, `A4` or `A5` closes an inbound conversation that nobody
    # was ever in conversation with
    is_left = rule in ("O7", "O8", "A4", "A5")
    abandoned = is_left and row.inbound and row.served_by is None
    for hold in row.holds:
        # closing earlier does not release earlier, unless `release_on_close: true`
        is_remainder = hold.release_at is not None and not row.settings.release_on_close
        if hold.role != "daily" and not (rule in ("W1", "W2") and is_remainder):
            step.release(hold, rule)
    step.change(
        rule,
        "closed",
        reason=reason,
        representative=representative_at_close(row, rule),
        abandoned=abandoned,
    )


def representative_at_close(row: Conversation, rule: str) -> str | None:
    """Who is named on the closed conversation.

    "on a closed conversation [it] names who had it last (after `A7` the one it was offered to). It
    is null ... when the customer left before anyone accepted." The primary has it; whoever only
    had an offer did not.
    """
    if rule in ("A4", "A5"):
        return None
    return row.representative_id or row.served_by
