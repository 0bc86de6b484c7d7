"""What each shape of a fact's or a report's `data` says to the core: one small function a shape.

What the members mean is decided in the core; which type has which shape stands in `input_readers`.
"""

from typing import Final

from omnistate_schemas.input_data import (
    ConsultEndedData,
    ConversationClosedData,
    ConversationEndedData,
    ConversationQueuedData,
    ConversationStartedData,
    ConversationUpdatedData,
    ConversationWrappedUpData,
    OfferEndedData,
    RecordDeactivatedData,
    ReportedRepresentativeData,
    RepresentativeData,
    SupervisorData,
)
from omnistate_schemas.vocabulary import Ender, Reason

from omnistate.core.conversation.triggers import VARIANTS
from omnistate.core.details import Details, Update
from omnistate.core.input import Input, Start

# Types of several meanings: what each value says.
DEACTIVATIONS: Final = VARIANTS["record.deactivated"]
# Whoever ended the talk, as a reason (F5).
ENDERS: Final[dict[Ender, Reason]] = {
    "customer": "customer_ended",
    "representative": "representative_ended",
    "external": "external_ended",
    "bot": "ended_by_bot",
    "system": "failure",
}


def fill_start(input_: Input, data: ConversationStartedData) -> None:
    """How a conversation begins."""
    input_.start = Start(
        data.channel,
        data.workstream_id,
        data.queue_id,
        data.customer_id,
        data.direction,
        data.handled_by,
        data.scheduled_for,
        data.units,
        data.profiles,
        data.representative_id,
        data.priority,
        data.attributes,
    )
    input_.representative_id = data.representative_id
    input_.queue_id = data.queue_id
    # Inbound, nobody is meant yet, whoever is named.
    if data.direction == "outbound":
        input_.target_id = data.representative_id


def fill_update(input_: Input, data: ConversationUpdatedData) -> None:
    """What is another from now on."""
    update = Update(data.priority, data.attributes, data.units, data.profiles)
    input_.details = Details(update=update)


def fill_closing(input_: Input, data: ConversationClosedData) -> None:
    """Why it is over."""
    input_.reason = data.reason
    if data.merged_into is not None:
        input_.details = Details(merged_into=data.merged_into)


def fill_deactivation(input_: Input, data: RecordDeactivatedData) -> None:
    """What became of a record."""
    input_.trigger = DEACTIVATIONS[data.outcome]


def fill_queued(input_: Input, data: ConversationQueuedData) -> None:
    """Where it waits."""
    input_.queue_id = data.queue_id


def fill_reported(input_: Input, data: ReportedRepresentativeData) -> None:
    """Whom a report is about."""
    input_.representative_id = input_.target_id = data.representative_id


def fill_offer_end(input_: Input, data: OfferEndedData) -> None:
    """Whose offer has ended."""
    input_.representative_id = data.representative_id
    input_.declined = bool(data.declined)


def fill_end_of_talk(input_: Input, data: ConversationEndedData) -> None:
    """Who ended it."""
    input_.reason = ENDERS[data.by or "customer"]


def fill_wrapped_up(input_: Input, data: ConversationWrappedUpData) -> None:
    """Who has finished."""
    input_.representative_id = data.representative_id


def fill_representative(input_: Input, data: RepresentativeData) -> None:
    """A fact about a representative, who says so."""
    input_.representative_id = input_.target_id = input_.actor_id = data.representative_id


def fill_consult_end(input_: Input, data: ConsultEndedData) -> None:
    """A consultant leaves."""
    input_.representative_id = input_.target_id = data.representative_id


def fill_supervisor(input_: Input, data: SupervisorData) -> None:
    """A fact about a supervisor."""
    input_.actor_id = data.supervisor_id
