"""What channel gateways say (topic `channel-events`): one model per type, each with an example.

Facts about customers and records; which channel kinds a type is for stands in `registry`.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from omnistate_schemas.envelope import CloudEvent, example
from omnistate_schemas.input_data import (
    ConversationClosedData,
    ConversationStartedData,
    ConversationUpdatedData,
    NoData,
    RecordDeactivatedData,
)
from omnistate_schemas.reports import (
    ConversationAnswered,
    ConversationEnded,
    ConversationOffered,
    ConversationOfferEnded,
    ConversationParked,
    ConversationQueued,
    ConversationWrappedUp,
)


class ConversationStarted(CloudEvent):
    """A customer, a representative or a schedule began a conversation."""

    model_config = example(
        "conversation.started",
        "/gateways/chat",
        {"channel": "live_chat", "workstream_id": "support-chat", "queue_id": "support"},
    )
    type: Literal["conversation.started"]
    data: ConversationStartedData


class ConversationUpdated(CloudEvent):
    """What is known of the conversation, or what handling it costs, is another."""

    model_config = example("conversation.updated", "/gateways/chat", {"priority": 80})
    type: Literal["conversation.updated"]
    data: ConversationUpdatedData


class ConversationProgressed(CloudEvent):
    """A sign of life: the conversation goes on."""

    model_config = example("conversation.progressed", "/gateways/voice", {}, "call-3")
    type: Literal["conversation.progressed"]
    data: NoData


class ConversationClosed(CloudEvent):
    """It is over, wherever it stands: done with, merged, or not to be handled at all."""

    model_config = example(
        "conversation.closed", "/gateways/chat", {"reason": "merged", "merged_into": "chat-16"}
    )
    type: Literal["conversation.closed"]
    data: ConversationClosedData


class CustomerMessaged(CloudEvent):
    """The customer wrote; the text itself never comes here."""

    model_config = example("customer.messaged", "/gateways/chat", {})
    type: Literal["customer.messaged"]
    data: NoData


class CustomerEnded(CloudEvent):
    """The customer ended the chat or hung up."""

    model_config = example("customer.ended", "/gateways/voice", {}, "call-3")
    type: Literal["customer.ended"]
    data: NoData


class CustomerDisconnected(CloudEvent):
    """The customer's connection broke."""

    model_config = example("customer.disconnected", "/gateways/chat", {})
    type: Literal["customer.disconnected"]
    data: NoData


class CustomerReconnected(CloudEvent):
    """The customer is back, or opened the widget again."""

    model_config = example("customer.reconnected", "/gateways/chat", {})
    type: Literal["customer.reconnected"]
    data: NoData


class RecordDeactivated(CloudEvent):
    """The routed record was resolved, cancelled or deleted in its own system."""

    model_config = example(
        "record.deactivated", "/gateways/records", {"outcome": "resolved"}, "case-8"
    )
    type: Literal["record.deactivated"]
    data: RecordDeactivatedData


class RecordReactivated(CloudEvent):
    """Work on the routed record can go on."""

    model_config = example("record.reactivated", "/gateways/records", {}, "case-8")
    type: Literal["record.reactivated"]
    data: NoData


class ExternalFailed(CloudEvent):
    """The external party did not answer."""

    model_config = example("external.failed", "/gateways/voice", {}, "call-3")
    type: Literal["external.failed"]
    data: NoData


class ExternalEnded(CloudEvent):
    """The external party has hung up."""

    model_config = example("external.ended", "/gateways/voice", {}, "call-3")
    type: Literal["external.ended"]
    data: NoData


ChannelEvent = Annotated[
    ConversationStarted
    | ConversationUpdated
    | ConversationProgressed
    | ConversationClosed
    | CustomerMessaged
    | CustomerEnded
    | CustomerDisconnected
    | CustomerReconnected
    | RecordDeactivated
    | RecordReactivated
    | ExternalFailed
    | ExternalEnded
    | ConversationQueued
    | ConversationOffered
    | ConversationOfferEnded
    | ConversationAnswered
    | ConversationParked
    | ConversationEnded
    | ConversationWrappedUp,
    Field(discriminator="type"),
]
CHANNEL_EVENT: TypeAdapter[ChannelEvent] = TypeAdapter(ChannelEvent)
