"""Questions that a refusal depends on, asked of a conversation as it stands.

Named predicates without effects. Which code they lead to, and in which order they are asked, stands
in `refusals`.
"""

from collections.abc import Callable, Set
from typing import Final

from omnistate_schemas.completeness import check_known

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.stages import OPEN_OR_ACTIVE, STAGES
from omnistate.core.conversation.triggers import INPUT_TRIGGERS
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

# Five are suggested to people; the bound keeps a row and a batch of outputs small.
CONSULTANTS_MAX: Final = 100
Question = Callable[[Conversation, WorkstreamSettings, Input], bool]
Answer = bool | Question


def is_primary(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named representative is the primary."""
    return input_.representative_id == conversation.representative_id


def left_last(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named representative is the one who left last."""
    last = conversation.representative_id or conversation.last_representative_id
    return input_.representative_id == last


def has_it_or_the_offer(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named representative is the primary or has the offer."""
    return input_.representative_id in (
        conversation.representative_id,
        conversation.offered_representative_id,
    )


def lacks_the_offer(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named representative has no offer."""
    return input_.representative_id != conversation.offered_representative_id


def goes_nowhere(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """A transfer to oneself, or to whoever has the offer already."""
    return input_.target_id in (input_.representative_id, conversation.offered_representative_id)


def is_in_that_queue(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The conversation is in the named queue."""
    return input_.queue_id == conversation.queue_id


def consults_or_is_primary(
    conversation: Conversation, _: WorkstreamSettings, input_: Input
) -> bool:
    """The named representative consults, or is the primary."""
    return (
        input_.representative_id in conversation.consultants
        or input_.representative_id == conversation.representative_id
    )


def does_not_consult(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named representative does not consult."""
    return input_.representative_id not in conversation.consultants


def has_too_many_consultants(conversation: Conversation, _: WorkstreamSettings, __: Input) -> bool:
    """As many consult as a row has room for."""
    return len(conversation.consultants) >= CONSULTANTS_MAX


def customer_is_away(conversation: Conversation, _: WorkstreamSettings, __: Input) -> bool:
    """The customer's reconnect window runs."""
    return "customer_reconnect" in conversation.deadlines


def representative_is_away(
    conversation: Conversation, _: WorkstreamSettings, input_: Input
) -> bool:
    """The named representative's reconnect window runs."""
    window = conversation.window_of(input_.representative_id)
    return window is not None and window in conversation.deadlines


def is_picked(_: Conversation, settings: WorkstreamSettings, __: Input) -> bool:
    """The workstream's work is picked, not pushed."""
    return settings.picked


_ANY: Final = frozenset(STAGES)

# `no_effect`: where an input that has a meaning changes nothing. X6 applies all the same.
IDLE: Final[dict[str, tuple[Set[str], Answer]]] = {
    "representative.accept": ({"in_conversation"}, is_primary),
    "representative.end": ({"wrap_up"}, is_primary),
    "representative.close_session": ({"open", "waiting"}, left_last),
    "representative.release": ({"open", "waiting"}, left_last),
    "router.assign": (_ANY, has_it_or_the_offer),
    "supervisor.assign/representative": (_ANY - {"waiting"}, has_it_or_the_offer),
    "supervisor.transfer": (_ANY - {"waiting"}, has_it_or_the_offer),
    "representative.transfer/representative": (_ANY, goes_nowhere),
    "router.move": ({"open"}, is_in_that_queue),
    "supervisor.assign/queue": ({"open"}, is_in_that_queue),
    "representative.resolve_record": ({"resolved"}, True),
    "customer.disconnected": (OPEN_OR_ACTIVE, customer_is_away),
    "representative.disconnected": (OPEN_OR_ACTIVE, representative_is_away),
    "consult.started": (_ANY, consults_or_is_primary),
    "consult.ended": ({"in_conversation"}, does_not_consult),
}
check_known("guards.IDLE", IDLE, INPUT_TRIGGERS, "trigger")
