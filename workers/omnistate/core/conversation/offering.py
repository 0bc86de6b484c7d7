"""Offers: who is asked, what an offer is like, and what becomes of one that held nothing.

It makes and finds them; where they stand in the row is `assignment`'s, their holds `settlement`'s.
"""

from collections.abc import Iterable
from typing import Final

from omnistate.core.conversation import timers
from omnistate.core.conversation.conditions import asks_nothing
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Offer
from omnistate.core.conversation.rule import Rule
from omnistate.core.facts import Cause, Declined, GrantedReservation, Held
from omnistate.core.input import Input
from omnistate.core.kinds import TRAITS
from omnistate.core.settings import WorkstreamSettings

# Parties of rules that make an offer.
MAKING: Final = frozenset({"offered", "joined", "proposed"})
_TRAITS: Final = TRAITS


def is_asked(rule: Rule, settings: WorkstreamSettings, input_: Input | None) -> bool:
    """Whether whoever is to have it is asked first."""
    if rule.asking == "but_records":
        return _TRAITS[settings.kind].asks
    if asks_nothing(settings):
        return False
    return input_ is None or not input_.auto_accept


def make_offer(
    rule: Rule, settings: WorkstreamSettings, target_id: str, input_: Input | None, now_ms: int
) -> Offer:
    """The offer that `rule` makes, with its timer."""
    offer = Offer(target_id, bool(rule.forced))
    if input_ is not None and input_.details is not None:
        offer.reservation = input_.details.reservation
    # A record is given, so an offer of one has no timer but as a transfer.
    if rule.to is None or _TRAITS[settings.kind].asks:
        offer.until_ms = timers.after(now_ms, settings.offer_ms)
    return offer


def find_offer(conversation: Conversation, rule: Rule, whose: str | None) -> Offer | None:
    """The offer that ends by `rule`; None where it ends none, or all of them."""
    if rule.party != "unoffered" or whose is None:
        return None
    return conversation.offer_of(whose)


def find_accepted(conversation: Conversation, former: list[Offer]) -> Offer | None:
    """The former offer of whoever has it now."""
    accepted = None
    for each in former:
        if each.representative_id == conversation.representative_id:
            accepted = each
    return accepted


def is_granted(input_: Input | None) -> bool:
    """Whether the gate has granted what the input asks for."""
    return input_ is not None and input_.details is not None and bool(input_.details.reservation)


def find_declined(
    conversation: Conversation,
    subject: str,
    former: Iterable[Offer],
    held: Iterable[Held],
    cause: Cause,
) -> list[Declined]:
    """The grants of offers that have ended before anything was held (contract.md#declined)."""
    taken = {each.representative_id for each in held if each.reservation is not None}
    return [
        Declined(
            offer.representative_id,
            subject,
            "withdrawn",
            GrantedReservation(*offer.reservation),
            cause,
        )
        for offer in former
        if offer.reservation is not None
        and offer not in conversation.offers
        and offer.representative_id not in taken
    ]
