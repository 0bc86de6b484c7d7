"""Which holds belong to a stage: what a rule leaves, ends and takes (contract.md#holds-by-stage).

It says which; the taking and giving back, and the counters, are `ledger`'s.
"""

from typing import Final

from omnistate.core.conversation.clocks import Before
from omnistate.core.conversation.ledger import Ledger
from omnistate.core.conversation.parties import Hold, Offer
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.timers import after

# Stages in which holds for handling are there, and are taken where they are not there yet.
HOLDING: Final = frozenset({"awaiting_acceptance", "in_conversation"})


def settle(ledger: Ledger, rule: Rule, before: Before, accepted: Offer | None) -> None:
    """Bring the holds in line with the stage (contract.md#holds-by-stage), under `rule`.

    First everything that may not stay ends, oldest first; then what is missing is taken.
    `accepted` is the offer that the representative had, where they had one.
    """
    conversation, settings, stage = ledger.conversation, ledger.settings, ledger.conversation.stage
    if stage != before.stage and "wrap_up" in (stage, before.stage):
        _time_wrap_up(ledger)
    if conversation.holds:
        for hold in tuple(conversation.holds):
            if not _stays(ledger, hold, releases_all=rule.releases_all):
                ledger.release(hold, rule.id)
    representative_id = conversation.representative_id
    if stage == "in_conversation" or (
        stage == "wrap_up"
        and before.stage == "in_conversation"
        and ledger.settings.wrap_up_block_ms != 0
    ):
        assert representative_id is not None
        if ledger.find(representative_id, "primary") is None:
            _take_primary(ledger, rule, before, representative_id, accepted)
    if rule.hands_over and settings.wrap_up_after_transfer_ms is not None:
        _let_write_up(ledger, rule.id, before.representative_id)
    if conversation.offers and settings.reserve_on_offer:
        for offer in conversation.offers:
            if ledger.find(offer.representative_id, "primary") is None:
                ledger.hold(
                    offer.representative_id,
                    "primary",
                    rule.id,
                    forced=offer.forced,
                    reservation=offer.reservation,
                )


def resume(ledger: Ledger) -> None:
    """Where the primary's hold had ended while nothing happened (K3), it begins again (K4)."""
    conversation = ledger.conversation
    representative_id = conversation.representative_id
    if conversation.stage != "in_conversation" or representative_id is None:
        return
    if ledger.find(representative_id, "primary") is None:
        ledger.hold(representative_id, "primary", "K4", forced=True)


def _take_primary(
    ledger: Ledger, rule: Rule, before: Before, representative_id: str, accepted: Offer | None
) -> None:
    """The primary's hold begins; or again, where it had ended while nothing happened (K3)."""
    stayed = before.stage == "in_conversation" == ledger.conversation.stage
    if stayed and representative_id == before.representative_id:
        ledger.hold(representative_id, "primary", "K4", forced=True)
        return
    forced = rule.forced
    if ledger.conversation.stage == "wrap_up":
        forced = True
    if forced is None:
        forced = accepted is not None and accepted.forced
    reservation = None if accepted is None else accepted.reservation
    if reservation is not None:
        conversation = ledger.conversation
        cost = ledger.settings.weigh(conversation.units, conversation.profiles)
        if reservation.cost != cost:
            # U1 has changed it since: as a hold that it takes anew (contract.md#rule-u1).
            forced, reservation = True, None
    ledger.hold(representative_id, "primary", rule.id, forced=forced, reservation=reservation)
    if ledger.conversation.stage == "wrap_up":
        _time_wrap_up(ledger)


def _let_write_up(ledger: Ledger, rule: str, former_id: str | None) -> None:
    """Whoever hands over writes up: a hold of its own begins (contract.md#wrap-up-holds)."""
    if former_id is None or former_id == ledger.conversation.representative_id:
        return
    until_ms = after(ledger.context.now_ms, ledger.settings.wrap_up_after_transfer_ms)
    ledger.hold(former_id, "wrap_up", rule, forced=False, until_ms=until_ms)


def _stays(ledger: Ledger, hold: Hold, *, releases_all: bool) -> bool:
    """Whether a hold remains in the present stage."""
    conversation, settings = ledger.conversation, ledger.settings
    stage, holder_id = conversation.stage, hold.representative_id
    if hold.role == "daily":
        return True
    if hold.role == "consultant":
        return stage == "in_conversation" and holder_id in conversation.consultants
    if releases_all:
        return False
    offered = bool(conversation.offers) and conversation.offer_of(holder_id) is not None
    if hold.role == "wrap_up":
        has_it = stage == "in_conversation" and holder_id == conversation.representative_id
        return not offered and not has_it
    if offered:
        return settings.reserve_on_offer
    if holder_id != conversation.representative_id:
        return False
    if stage == "in_conversation":
        return True
    if stage == "wrap_up":
        return settings.wrap_up_block_ms != 0
    # The remainder of a wrap-up block outlives the close (W5), unless told otherwise.
    return stage == "closed" and hold.until_ms is not None and not settings.release_on_close


def _time_wrap_up(ledger: Ledger) -> None:
    """Entering wrap-up starts the timer of the primary's hold, where a time is set.

    Leaving it ends that, but what remains of a block outlives the close.
    """
    stage = ledger.conversation.stage
    if stage == "closed":
        return
    block_ms = ledger.settings.wrap_up_block_ms if stage == "wrap_up" else None
    for hold in ledger.conversation.holds:
        if hold.role == "primary":
            hold.until_ms = after(ledger.context.now_ms, block_ms)
