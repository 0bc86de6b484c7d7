"""Where a rule puts a conversation, with whom, and what it counts.

It moves the row's words only; timers, holds and facts follow in `effects`.
"""

from typing import Final

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rules import RULES, Rule
from omnistate.core.conversation.stages import ACTIVE, OPEN_OR_ACTIVE, UNASSIGNED, Stage

# contract.md#skipped-representatives; it is advice to the router.
SKIPPED_MAX: Final = 100
# The rules that `count` has anything to do with.
COUNTING: Final = frozenset(
    rule.id
    for rule in RULES
    if rule.counts_transfer or rule.declined or rule.moves or rule.skips or rule.unskips
)
_ASSIGNING: Final = frozenset({"offered", "given", "proposed"})


def place(conversation: Conversation, rule: Rule, target_id: str | None, *, at_once: bool) -> None:
    """Carry out the rule's stage and party.

    `target_id` is whom it goes to: a representative, or a bot or external party. `at_once` says
    that an offer is taken without asking.
    """
    former_id, offered_id = conversation.representative_id, conversation.offered_representative_id
    stage: Stage = rule.to or conversation.stage
    if rule.party == "offered" and at_once and not rule.affinity:
        stage = "in_conversation"
    if rule.forced is not None and rule.party in _ASSIGNING:
        conversation.forced = rule.forced
    conversation.handler_id = target_id if stage in {"with_external", "with_bot"} else None
    conversation.stage = stage
    _assign(conversation, rule, target_id)
    representative_id = conversation.representative_id
    if representative_id != former_id:
        conversation.session_closed = False
        if former_id is not None:
            conversation.last_representative_id = former_id
    if stage == "in_conversation":
        conversation.served_by_id = representative_id
        if representative_id in conversation.consultants:
            conversation.consultants.remove(representative_id)
    else:
        conversation.consultants.clear()
    if conversation.deadlines:
        _end_windows(conversation, former_id, offered_id)


def _assign(conversation: Conversation, rule: Rule, target_id: str | None) -> None:
    """Whom the conversation belongs to, and whom it is offered to, from now on."""
    stage, party = conversation.stage, rule.party
    conversation.offered_representative_id = target_id if party == "proposed" else None
    if party == "given":
        conversation.representative_id = target_id
    elif party == "offered":
        conversation.representative_id = target_id
        if stage == "awaiting_acceptance":
            conversation.offered_representative_id = target_id
    elif party == "forgotten" or stage in UNASSIGNED:
        conversation.representative_id = None
    elif stage == "closed" and conversation.representative_id is None:
        # contract.md#after-closing: a closed conversation names who had it last.
        conversation.representative_id = conversation.served_by_id


def _end_windows(
    conversation: Conversation, former_id: str | None, former_offered_id: str | None
) -> None:
    """A customer's window ends with open and active, a representative's with their part in it."""
    deadlines = conversation.deadlines
    if conversation.stage not in OPEN_OR_ACTIVE:
        deadlines.pop("customer_reconnect", None)
    if conversation.representative_id != former_id or conversation.stage not in ACTIVE:
        deadlines.pop("representative_reconnect", None)
    if conversation.offered_representative_id != former_offered_id:
        deadlines.pop("representative_reconnect/offered", None)


def count(conversation: Conversation, rule: Rule, former_id: str | None, *, overflow: bool) -> None:
    """Transfers, declines, and who is skipped by the router until it is theirs again."""
    if rule.counts_transfer:
        conversation.transfer_count += 1
    if rule.declined:
        conversation.decline_count += 1
    if rule.moves and overflow:
        conversation.overflow_transfer_count += 1
    if rule.skips and former_id is not None and former_id not in conversation.skipped:
        conversation.skipped.append(former_id)
        del conversation.skipped[:-SKIPPED_MAX]
    if rule.unskips and conversation.representative_id in conversation.skipped:
        conversation.skipped.remove(conversation.representative_id)
