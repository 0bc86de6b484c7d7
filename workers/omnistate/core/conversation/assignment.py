"""Where a rule puts a conversation, with whom, and what it counts.

It moves the row's words only; timers, holds and facts follow in `effects`.
"""

from dataclasses import replace
from typing import Final

from omnistate.core.conversation.conditions import next_primary
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Offer
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.rules import RULES
from omnistate.core.conversation.stages import OPEN_OR_ACTIVE, UNASSIGNED, Stage

# contract.md#skipped-representatives; it is advice to the router.
SKIPPED_MAX: Final = 100
# Rules by which somebody is asked, as they are where nobody is.
AT_ONCE: Final = {
    rule.id: replace(rule, to="in_conversation", party="given")
    for rule in RULES
    if rule.party in {"offered", "joined"} and rule.asking != "all"
}
# The rules that `count` has anything to do with.
COUNTING: Final = frozenset(
    rule.id
    for rule in RULES
    if rule.counts_transfer or rule.declined or rule.moves or rule.skips or rule.unskips
)


def place(
    conversation: Conversation, rule: Rule, target_id: str | None, offer: Offer | None
) -> None:
    """Carry out the rule's stage and party.

    `target_id` is whom it goes to: a representative, or a bot or external party. `offer` is the one
    that is made, or, of a rule by which an offer ends, the one that does; None there = all.
    """
    former_id, former_stage = conversation.representative_id, conversation.stage
    stage: Stage = rule.to or former_stage
    conversation.handler_id = target_id if stage in {"with_external", "with_bot"} else None
    if offer is not None or conversation.offers:
        _keep_offers(conversation, rule, offer)
    if rule.party == "unoffered" and conversation.offers and stage == "open":
        stage = "awaiting_acceptance"
    conversation.stage = stage
    _assign(conversation, rule, target_id)
    representative_id = conversation.representative_id
    if representative_id != former_id:
        conversation.session_closed = False
        if former_id is not None:
            conversation.last_representative_id = former_id
    if stage == "in_conversation":
        if former_stage != stage:
            conversation.session_closed = False
        conversation.served_by_id = representative_id
        if representative_id in conversation.consultants:
            conversation.consultants.remove(representative_id)
        if representative_id in conversation.skipped:
            conversation.skipped.remove(representative_id)
    elif conversation.consultants:
        conversation.consultants.clear()
    if conversation.windows:
        _end_windows(conversation)
    if stage not in OPEN_OR_ACTIVE and conversation.deadlines:
        conversation.deadlines.pop("customer_reconnect", None)


def _keep_offers(conversation: Conversation, rule: Rule, offer: Offer | None) -> None:
    """Which offers are pending from now on."""
    party = rule.party
    if party == "unoffered" and offer is not None:
        conversation.offers.remove(offer)
        return
    if party != "joined" and conversation.offers:
        conversation.offers.clear()
    if offer is not None and party in {"offered", "joined", "proposed"}:
        conversation.offers.append(offer)


def _assign(conversation: Conversation, rule: Rule, target_id: str | None) -> None:
    """Whom the conversation belongs to from now on."""
    stage, party = conversation.stage, rule.party
    if stage == "awaiting_acceptance":
        conversation.representative_id = conversation.offered_representative_id
    elif party == "given":
        conversation.representative_id = target_id
    elif party == "promoted":
        conversation.representative_id = next_primary(conversation)
    elif party == "forgotten" or stage in UNASSIGNED:
        conversation.representative_id = None
    elif stage == "closed" and (party == "served" or conversation.representative_id is None):
        # contract.md#after-closing: a closed conversation names who had it last.
        conversation.representative_id = conversation.served_by_id


def _end_windows(conversation: Conversation) -> None:
    """A representative's window ends with their part; wrap-up is the primary's alone."""
    stage = conversation.stage
    for id_ in tuple(conversation.windows):
        part = conversation.part_of(id_)
        if stage == "awaiting_acceptance":
            stays = part == "offered"
        elif stage == "wrap_up":
            stays = part == "primary"
        else:
            stays = stage == "in_conversation" and part is not None
        if not stays:
            del conversation.windows[id_]


def count(
    conversation: Conversation,
    rule: Rule,
    former_id: str | None,
    whose: str | None,
    *,
    overflow: bool,
) -> None:
    """Transfers, and who is skipped by the router until it is offered to them again.

    `whose` offer has ended, or is made; `former_id` had the conversation before.
    """
    if rule.counts_transfer:
        conversation.transfer_count += 1
    if rule.moves and overflow:
        conversation.overflow_count += 1
    skipped_id = whose if rule.declined else former_id if rule.skips else None
    if skipped_id is not None and skipped_id not in conversation.skipped:
        conversation.skipped.append(skipped_id)
        del conversation.skipped[:-SKIPPED_MAX]
    if rule.unskips and whose in conversation.skipped:
        conversation.skipped.remove(whose)
