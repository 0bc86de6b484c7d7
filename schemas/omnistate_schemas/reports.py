"""What a system that decides for itself reports (topic `channel-events`): one model per type.

A report says how things stand, not what to do; it counts in workstreams with `authority: upstream`.
"""

from typing import Literal

from omnistate_schemas.envelope import CloudEvent, example
from omnistate_schemas.input_data import (
    ConversationEndedData,
    ConversationQueuedData,
    ConversationWrappedUpData,
    NoData,
    OfferEndedData,
    ReportedRepresentativeData,
)


class ConversationQueued(CloudEvent):
    """It waits in a queue."""

    model_config = example("conversation.queued", "/acd", {"queue_id": "support"}, "call-3")
    type: Literal["conversation.queued"]
    data: ConversationQueuedData


class ConversationOffered(CloudEvent):
    """It rings, or is shown, at a representative's; several may ring at once."""

    model_config = example("conversation.offered", "/acd", {"representative_id": "ana"}, "call-3")
    type: Literal["conversation.offered"]
    data: ReportedRepresentativeData


class ConversationOfferEnded(CloudEvent):
    """It no longer rings there."""

    model_config = example(
        "conversation.offer_ended", "/acd", {"representative_id": "ana", "declined": True}, "call-3"
    )
    type: Literal["conversation.offer_ended"]
    data: OfferEndedData


class ConversationAnswered(CloudEvent):
    """It is in conversation with a representative."""

    model_config = example("conversation.answered", "/acd", {"representative_id": "ana"}, "call-3")
    type: Literal["conversation.answered"]
    data: ReportedRepresentativeData


class ConversationParked(CloudEvent):
    """It waits for the customer."""

    model_config = example("conversation.parked", "/acd", {}, "sms-20")
    type: Literal["conversation.parked"]
    data: NoData


class ConversationEnded(CloudEvent):
    """The talk is over."""

    model_config = example("conversation.ended", "/acd", {"by": "customer"}, "call-3")
    type: Literal["conversation.ended"]
    data: ConversationEndedData


class ConversationWrappedUp(CloudEvent):
    """A representative has finished what comes after the talk."""

    model_config = example(
        "conversation.wrapped_up", "/acd", {"representative_id": "ana"}, "call-3"
    )
    type: Literal["conversation.wrapped_up"]
    data: ConversationWrappedUpData
