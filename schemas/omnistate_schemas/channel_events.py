"""What channel gateways say (topic `channel-events`): one model per type, each with an example.

Facts about customers and records; which channel kinds a type is for stands in `registry`.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from omnistate_schemas.envelope import CloudEvent, example
from omnistate_schemas.input_data import ConversationStartedData, NoData, RecordDeactivatedData


class ConversationStarted(CloudEvent):
    """A customer, a representative or a schedule began a conversation."""

    model_config = example(
        "conversation.started",
        "/gateways/chat",
        {"channel": "live_chat", "workstream_id": "support-chat", "queue_id": "support"},
    )
    type: Literal["conversation.started"]
    data: ConversationStartedData


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


ChannelEvent = Annotated[
    ConversationStarted
    | CustomerMessaged
    | CustomerEnded
    | CustomerDisconnected
    | CustomerReconnected
    | RecordDeactivated,
    Field(discriminator="type"),
]
CHANNEL_EVENT: TypeAdapter[ChannelEvent] = TypeAdapter(ChannelEvent)
