"""Questions that a refusal depends on, asked of a conversation as it stands.

Named predicates without effects. Which code they lead to, and in which order they are asked, stands
in `refusals`.
"""

from collections.abc import Callable, Set
from typing import Final

from omnistate_schemas.completeness import check_known

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.stages import ACTIVE, OPEN_OR_ACTIVE, STAGES
from omnistate.core.conversation.triggers import INPUT_TRIGGERS
from omnistate.core.input import GATE, Input
from omnistate.core.settings import WorkstreamSettings

# Five are suggested to people; the bound keeps a row and a batch of outputs small.
CONSULTANTS_MAX: Final = 100
# By how much wrap-up may be extended in all (contract.md#recorded).
EXTENDED_MAX_MS: Final = 3_600_000
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
    """The named representative is the primary or has an offer."""
    named = input_.representative_id
    return named == conversation.representative_id or conversation.offer_of(named) is not None


def lacks_the_offer(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named representative has no offer; where nobody is named, nobody has."""
    if input_.representative_id is None:
        return not conversation.offers
    return conversation.offer_of(input_.representative_id) is None


def goes_nowhere(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """A transfer to oneself, or to whoever has the offer already."""
    target_id = input_.target_id
    return target_id == input_.representative_id or conversation.offer_of(target_id) is not None


def is_not_to_be_offered(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input
) -> bool:
    """The named representative has it or an offer of it already, or too many have."""
    named = input_.representative_id
    if conversation.stage in ACTIVE and named == conversation.representative_id:
        return True
    return conversation.offer_of(named) is not None or has_all_offers(
        conversation, settings, input_
    )


def has_all_offers(conversation: Conversation, settings: WorkstreamSettings, _: Input) -> bool:
    """As many offers are pending as may be."""
    return len(conversation.offers) >= settings.parallel_offers


def talks_with_them(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named representative is the primary, and nobody has an offer."""
    return input_.representative_id == conversation.representative_id and not conversation.offers


def is_in_that_queue(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The conversation is in the named queue."""
    return input_.queue_id == conversation.queue_id


def stays_in_its_queue(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The conversation is in the named queue, or none is named."""
    return input_.queue_id is None or input_.queue_id == conversation.queue_id


def is_with_that_bot(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The named bot has the conversation."""
    return input_.target_id == conversation.handler_id


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


def customer_is_away(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """The customer's reconnect window runs, or they have reconnected since."""
    if "customer_reconnect" in conversation.deadlines:
        return True
    extras = conversation.extras
    if extras is None or extras.reconnected_ms is None:
        return False
    return input_.time_ms < extras.reconnected_ms


def representative_is_away(
    conversation: Conversation, _: WorkstreamSettings, input_: Input
) -> bool:
    """The named representative's reconnect window runs."""
    return input_.representative_id in conversation.windows


def is_on_hold(conversation: Conversation, _: WorkstreamSettings, __: Input) -> bool:
    """The caller is on hold."""
    extras = conversation.extras
    return extras is not None and extras.on_hold_since_ms is not None


def is_not_on_hold(conversation: Conversation, settings: WorkstreamSettings, input_: Input) -> bool:
    """The caller is not on hold."""
    return not is_on_hold(conversation, settings, input_)


def is_extended_to_the_full(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input
) -> bool:
    """The primary has extended wrap-up by as much as it may be."""
    extras = conversation.extras
    if extras is None or extras.extended_ms < EXTENDED_MAX_MS:
        return False
    return is_primary(conversation, settings, input_)


def changes_nothing(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input
) -> bool:
    """An update says what is known already."""
    update = input_.told.update
    assert update is not None
    extras = conversation.extras
    if update.priority is not None and update.priority != (extras.priority if extras else 0):
        return False
    if update.attributes:
        known = extras.attributes if extras else {}
        for name, value in update.attributes.items():
            if (name in known) != (value is not None) or not _is_same(known.get(name), value):
                return False
    cost = settings.weigh(
        conversation.units if update.units is None else update.units,
        conversation.profiles if update.profiles is None else update.profiles,
    )
    return cost == settings.weigh(conversation.units, conversation.profiles)


def _is_same(known: object, value: object) -> bool:
    # True is no 1, and 1 no 1.0, in what is published.
    return known == value and type(known) is type(value)


def is_picked(_: Conversation, settings: WorkstreamSettings, __: Input) -> bool:
    """The workstream's work is picked, not pushed."""
    return settings.picked


def engine_decides(_: Conversation, settings: WorkstreamSettings, __: Input) -> bool:
    """No other system decides in this workstream."""
    return not settings.follows


def is_overtaken(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """A later report has been applied already."""
    extras = conversation.extras
    if extras is None or extras.reported_ms is None:
        return False
    return input_.time_ms < extras.reported_ms


def is_superseded(conversation: Conversation, _: WorkstreamSettings, input_: Input) -> bool:
    """Whoever acts knows the conversation at another sequence."""
    expected = input_.expected_sequence
    return expected is not None and expected != conversation.sequence


def lacks_reservation(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input
) -> bool:
    """The gate has not granted it, where it must, or granted another cost."""
    reservation = input_.told.reservation
    if reservation is None:
        return settings.through_gate
    if settings.through_gate and input_.source != GATE:
        return True
    return reservation.cost != settings.weigh(conversation.units, conversation.profiles)


def is_over_for_good(_: Conversation, settings: WorkstreamSettings, __: Input) -> bool:
    """A message during wrap-up does not open the conversation again."""
    return not settings.reopens


_ANY: Final = frozenset(STAGES)

# `no_effect`: where an input that has a meaning changes nothing. X6 applies all the same.
IDLE: Final[dict[str, tuple[Set[str], Answer]]] = {
    "conversation.updated": (_ANY, changes_nothing),
    "conversation.queued": ({"open"}, stays_in_its_queue),
    "conversation.offered": (_ANY, is_not_to_be_offered),
    "conversation.offer_ended": (_ANY, lacks_the_offer),
    "conversation.answered": ({"in_conversation"}, talks_with_them),
    "representative.accept": ({"in_conversation"}, is_primary),
    "representative.end": ({"wrap_up"}, is_primary),
    "representative.close_session": ({"open", "waiting"}, left_last),
    "representative.release": ({"open", "waiting"}, left_last),
    "representative.hold": ({"in_conversation"}, is_on_hold),
    "representative.unhold": ({"in_conversation"}, is_not_on_hold),
    "representative.extend_wrap_up": ({"wrap_up"}, is_extended_to_the_full),
    "router.assign": (ACTIVE, has_it_or_the_offer),
    "supervisor.assign/representative": (ACTIVE, has_it_or_the_offer),
    "supervisor.transfer": (ACTIVE, has_it_or_the_offer),
    "representative.transfer/representative": (_ANY, goes_nowhere),
    "router.move": ({"open"}, is_in_that_queue),
    "supervisor.assign/queue": ({"open"}, is_in_that_queue),
    "representative.resolve_record": ({"resolved"}, True),
    "customer.disconnected": (OPEN_OR_ACTIVE, customer_is_away),
    "representative.disconnected": (_ANY, representative_is_away),
    "consult.started": (_ANY, consults_or_is_primary),
    "consult.ended": ({"in_conversation"}, does_not_consult),
    "bot.take": ({"with_bot"}, is_with_that_bot),
}
check_known("guards.IDLE", IDLE, INPUT_TRIGGERS, "trigger")
