"""The `data` of `conversation.state_changed`: a conversation as it is after a change.

The published shape, for readers of the topics. The engine writes the same members from
`omnistate.core.facts`; a test holds the two together.
"""

from typing import Annotated

from pydantic import Field

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.input_data import Attribute, Priority
from omnistate_schemas.output_members import Cause, Count, Handler, InputPosition, Member, NextTimer
from omnistate_schemas.vocabulary import (
    Channel,
    Detail,
    Direction,
    Reason,
    State,
    Status,
)


class StateChange(Member):
    """One change of status, detail, representative, offered representative or queue."""

    conversation_id: Id = Field(description="The conversation; also the event's `subject`.")
    sequence: Annotated[int, Field(ge=1)] = Field(
        description="Counts the conversation's changes: 1, 2, 3 … without gaps."
    )
    rule: str = Field(description="The id of the rule that made the change, such as `B7`.")
    state: State = Field(description="The record state of `status`.")
    internal: bool = Field(
        description="The change leads to `resolved` or `scheduled`: not for public readers."
    )
    previous_status: Status | None = Field(
        default=None, description="Before; left out on the first change."
    )
    status: Status = Field(description="After the change.")
    previous_detail: Detail | None = Field(
        default=None,
        description="Before; left out on the first change and where the status had none.",
    )
    detail: Detail | None = Field(
        default=None,
        description="Which kind of open, active, waiting or wrap-up it is; left out for others.",
    )
    reason: Reason | None = Field(
        default=None,
        description="Why the status is what it is; left out for `resolved` and `scheduled`.",
    )
    channel: Channel = Field(description="As it was started.")
    workstream_id: Id = Field(description="As it was started.")
    customer_id: Id | None = Field(
        default=None, description="As it was started; left out where nobody said."
    )
    previous_queue_id: Id | None = Field(
        default=None, description="Before; left out where it was in no queue."
    )
    queue_id: Id | None = Field(
        default=None, description="After the change; left out where it is in no queue."
    )
    previous_representative_id: Id | None = Field(
        default=None, description="`representative_id` before; left out where there was none."
    )
    representative_id: Id | None = Field(
        default=None,
        description="Who has it, has it offered first, or had it last; left out while nobody does.",
    )
    offered_representative_id: Id | None = Field(
        default=None, description="Who has an offer of it pending; left out where nobody has."
    )
    skipped_representative_ids: list[Id] = Field(
        default=[], description="Who declined or left it and should not be offered it again."
    )
    handler: Handler | None = Field(
        default=None, description="Who talks with the customer; left out: nobody."
    )
    previous_status_seconds: float | None = Field(
        default=None,
        description=(
            "For how many seconds status and detail were so; left out on the first change."
        ),
        json_schema_extra={"x-unit": "seconds"},
    )
    transfer_count: Count = Field(description="How many transfers there have been so far.")
    abandoned: bool = Field(
        description="An inbound customer left before anybody was in conversation with them."
    )
    next_timer: NextTimer | None = Field(
        default=None, description="The conversation's next timer; left out where none runs."
    )
    cause: Cause = Field(description="What led to the change.")
    input: InputPosition | None = Field(
        default=None, description="Where the input that led to it lies; left out for a timer."
    )
    occurred_at: Time = Field(
        description="When it happened; `time` is when the engine came to know of it."
    )
    direction: Direction = Field(description="Who began the conversation.")
    started_at: Time = Field(description="`occurred_at` of the first change.")
    queued_at: Time | None = Field(
        default=None,
        description="Since when it waits for somebody; the change that ends the wait has it, too.",
    )
    queue_since: Time | None = Field(
        default=None, description="Since when it waits in this very queue; as `queued_at`."
    )
    left_waiting: bool = Field(description="The customer left while it waited for somebody.")
    representative_since: Time | None = Field(
        default=None, description="Since when `representative_id` has been who it is."
    )
    offered_representative_ids: list[Id] = Field(
        default=[], description="Everybody who has an offer of it pending, the oldest first."
    )
    decline_count: Count | None = Field(
        default=None, description="How often it was declined since `queue_since`."
    )
    decline_reason: str | None = Field(default=None, description="Why they declined, as they say.")
    overflow_count: Count = Field(description="How often it was moved because of overflow.")
    priority: Priority = Field(description="The higher the sooner.")
    attributes: dict[str, Attribute] = Field(
        default={}, description="What a router or a report needs, as it was given."
    )
    units: Count = Field(description="Capacity units that handling it costs.")
    profiles: list[Id] = Field(
        default=[], description="Capacity profiles of which handling it costs a slot each."
    )
    disposition: str | None = Field(
        default=None, description="What came of it, by the last one who said so."
    )
    merged_into: Id | None = Field(
        default=None, description="The conversation that goes on in its place."
    )
    scheduled_for: Time | None = Field(
        default=None, description="When it becomes open, while it is scheduled."
    )
    hold_seconds: float | None = Field(
        default=None,
        description="For how many seconds the caller has been on hold with this representative; "
        "on a change of representative, with the former one.",
        json_schema_extra={"x-unit": "seconds"},
    )
