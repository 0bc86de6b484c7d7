"""What the engine says: state changes, capacity changes, and inputs refused or ignored.

One model per type, each with an example; what is in `data` stands in `output_data`.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from omnistate_schemas.envelope import CloudEvent, Id, Time
from omnistate_schemas.output_data import (
    CapacityChange,
    DeclinedData,
    IgnoredData,
    RecordedData,
    RejectionData,
    ReminderData,
)
from omnistate_schemas.output_examples import (
    CHANGED,
    DECLINED,
    HELD,
    RECORDED,
    REFUSED,
    REMINDED,
    output_example,
)
from omnistate_schemas.state_change import StateChange


class Output(CloudEvent):
    """Base of every output."""

    id: Id = Field(description="Unique, and the same whenever the same inputs are replayed.")
    source: Literal["/omnistate"] = Field(description="The engine.")
    subject: Id = Field(
        description="The conversation or the representative; also the record's key."
    )
    time: Time = Field(description="The engine's clock at the change; of a timer, its deadline.")
    causationid: Id | None = Field(
        default=None, description="The `id` of the input; absent where a timer fired."
    )


class ConversationStateChanged(Output):
    """A conversation changed."""

    model_config = output_example(
        "conversation.state_changed",
        "3-17.2",
        "chat-17",
        CHANGED,
        "evt-2",
    )

    type: Literal["conversation.state_changed"]
    data: StateChange


class CapacityHeld(Output):
    """A representative's capacity is held by a conversation. Key: the representative."""

    model_config = output_example("capacity.held", "3-17.h1", "ana", HELD, "evt-2")

    type: Literal["capacity.held"]
    data: CapacityChange


class CapacityReleased(Output):
    """A hold ended; `hold_id` names it. Key: the representative."""

    model_config = output_example(
        "capacity.released",
        "3-17.h1.released",
        "ana",
        HELD | {"rule": "A3", "partition_sequence": 13, "partition_units": 60},
        "evt-2",
    )

    type: Literal["capacity.released"]
    data: CapacityChange


class CapacityDeclined(Output):
    """What the gate had granted is not held after all. Key: the representative."""

    model_config = output_example(
        "capacity.declined", "agent-actions-3-41.ana.declined", "ana", DECLINED, "evt-2"
    )

    type: Literal["capacity.declined"]
    data: DeclinedData


class ConversationReminder(Output):
    """One side of the conversation owes an answer; nothing changes."""

    model_config = output_example(
        "conversation.reminder", "3-17.reminder1", "chat-17", REMINDED, None
    )

    type: Literal["conversation.reminder"]
    data: ReminderData


class InputRecorded(Output):
    """An input was accepted and changed no status."""

    model_config = output_example(
        "input.recorded", "agent-actions-3-41", "chat-17", RECORDED, "evt-2"
    )

    type: Literal["input.recorded"]
    data: RecordedData


class InputRejected(Output):
    """An action was refused."""

    model_config = output_example(
        "input.rejected",
        "agent-actions-3-41",
        "chat-17",
        REFUSED | {"code": "invalid_status", "message": "Not possible now."},
        "evt-2",
    )

    type: Literal["input.rejected"]
    data: RejectionData


class InputIgnored(Output):
    """A fact or repeat was ignored."""

    model_config = output_example(
        "input.ignored",
        "agent-actions-3-41",
        "chat-17",
        REFUSED | {"code": "no_effect", "message": "It changes nothing."},
        "evt-2",
    )

    type: Literal["input.ignored"]
    data: IgnoredData


OutputEvent = Annotated[
    ConversationStateChanged
    | CapacityHeld
    | CapacityReleased
    | CapacityDeclined
    | ConversationReminder
    | InputRecorded
    | InputRejected
    | InputIgnored,
    Field(discriminator="type"),
]
OUTPUT: TypeAdapter[OutputEvent] = TypeAdapter(OutputEvent)
