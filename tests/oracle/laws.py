"""contract.md#laws and contract.md#holds-by-stage, checked on the row after each step.

That a counter equals the sum of what is held needs no check here: it is that sum. Whoever reads
the outputs back checks the rest (`test_oracle`).
"""

from __future__ import annotations

from .conversation import Conversation

HANDLED = ("awaiting_acceptance", "in_conversation", "wrap_up", "closed")


def check(row: Conversation) -> None:
    """What the stage says and what is held agree."""
    keys = [(hold.representative_id, hold.role) for hold in row.holds]
    # a conversation holds at most once per (representative, role)
    assert len(set(keys)) == len(keys), keys
    primaries = {hold.representative_id for hold in row.holds_of("primary")}
    consultants = {hold.representative_id for hold in row.holds_of("consultant")}
    reserves = row.settings.reserve_on_offer
    offered = set(row.offered_ids)
    if row.stage == "in_conversation":
        holders = set() if row.idle else {row.representative_id}
        assert primaries >= holders, (primaries, holders)
        assert primaries <= {row.representative_id, *offered}, (primaries, offered)
        assert not reserves or offered <= primaries, (primaries, offered)
        assert row.representative_id not in offered
        assert row.representative_id not in row.skipped
        # a consult that does not block is without a hold
        assert consultants <= set(row.consultants)
        assert row.representative_id not in row.consultants
    else:
        assert not consultants
        assert not row.consultants
        assert not row.idle
        assert row.silence is None
        assert row.on_hold_since is None
    if row.stage == "awaiting_acceptance":
        assert primaries == (offered if reserves else set()), (primaries, offered)
        assert row.representative_id == row.offered_ids[0]
        assert len(offered) <= row.settings.parallel_offers
    elif row.stage != "in_conversation":
        assert not offered
    if row.stage == "wrap_up":
        assert primaries <= {row.representative_id}
    if row.stage not in HANDLED:
        assert not primaries, (row.stage, primaries)
    # nobody who has it, or is offered it, still writes up an earlier turn
    writers = {hold.representative_id for hold in row.holds_of("wrap_up")}
    assert not writers & primaries, (writers, primaries)
    for hold in row.holds:
        runs = hold.release_at is not None
        assert not runs or hold.role == "wrap_up" or row.stage in ("wrap_up", "closed"), hold
        assert (hold.reset_at is not None) == (hold.role == "daily")
    if row.stage == "closed":
        # the remainder of wrap-up has a deadline, and so has everything that is still held
        assert all(hold.release_at or hold.reset_at for hold in row.holds)
    assert (row.queued_at is None) == (row.queue_since is None)
    assert row.queued_at is not None or row.stage != "open"
