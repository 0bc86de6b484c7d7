"""What the engine says: state changes, capacity changes, and inputs refused or ignored.

The published shape, for readers of the topics. The engine writes the same members from
`omnistate.core.facts`; a test holds the two together.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from omnistate_schemas.envelope import CloudEvent, Id, Time
from omnistate_schemas.output_examples import CHANGED, HELD, REFUSED, output_example
from omnistate_schemas.vocabulary import (
    Channel,
    Detail,
    IgnoredCode,
    Reason,
    RejectionCode,
    Role,
    State,
    Status,
    TimerName,
)

Count = Annotated[int, Field(ge=0)]


class Member(BaseModel):
    """Base of everything inside `data`. A reader ignores members that a later version adds."""

    model_config = ConfigDict(frozen=True, strict=True)


class Cause(Member):
    """The input, or the timer, that led to an output."""

    type: str = Field(description="The input's type, or `timer.<name>`.")
    id: Id | None = Field(description="The input's id; null for a timer.")
    source: str | None
    actor_id: str | None = Field(description="The representative or supervisor who acted.")


class InputPosition(Member):
    """Where the input lies."""

    topic: str
    partition: Count
    offset: Count


class NextTimer(Member):
    """The earliest of a conversation's timers, those of holds aside."""

    name: TimerName
    at: Time


class Handler(Member):
    """Who talks with the customer."""

    kind: Literal["representative", "bot", "external"]
    id: str | None = Field(description="Null for the bot that a conversation began with.")


class StateChange(Member):
    """One change of status, detail, representative, offered representative or queue."""

    conversation_id: Id
    sequence: Annotated[int, Field(ge=1)] = Field(description="1, 2, 3 … without gaps.")
    rule: str
    state: State
    internal: bool
    previous_status: Status | None
    status: Status
    previous_detail: Detail | None
    detail: Detail | None
    reason: Reason | None
    channel: Channel
    workstream_id: Id
    customer_id: Id | None
    previous_queue_id: Id | None
    queue_id: Id | None
    previous_representative_id: Id | None
    representative_id: Id | None
    offered_representative_id: Id | None
    skipped_representative_ids: list[Id]
    handler: Handler | None
    previous_status_seconds: float | None = Field(
        description="How long status and detail were what they were; null on the first change."
    )
    transfer_count: Count
    abandoned: bool
    next_timer: NextTimer | None
    cause: Cause
    input: InputPosition | None


class CapacityChange(Member):
    """One hold or release, with the partition's counters after it."""

    representative_id: Id
    conversation_id: Id
    hold_id: str
    role: Role
    units: Count
    profiles: list[Id]
    forced: bool
    rule: str
    partition: Count
    partition_sequence: Annotated[int, Field(ge=1)]
    partition_units: Count
    partition_profiles: dict[Id, Count]
    cause: Cause


class Refusal(Member):
    """An input that changed nothing, and why."""

    conversation_id: Id
    code: str
    message: str = Field(description="A sentence that a person understands.")
    status: Status | None
    detail: Detail | None
    sequence: Count
    cause: Cause
    representative_id: str | None
    input: InputPosition


class RejectionData(Refusal):
    """An action that is not possible now, or data that cannot be used."""

    code: RejectionCode


class IgnoredData(Refusal):
    """A fact, or a harmless repeat, that changes nothing."""

    code: IgnoredCode


class Output(CloudEvent):
    """Base of every output."""

    subject: Id = Field(description="The conversation; of capacity changes the representative.")
    source: Literal["/omnistate"]
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
    ConversationStateChanged | CapacityHeld | CapacityReleased | InputRejected | InputIgnored,
    Field(discriminator="type"),
]
OUTPUT: TypeAdapter[OutputEvent] = TypeAdapter(OutputEvent)
