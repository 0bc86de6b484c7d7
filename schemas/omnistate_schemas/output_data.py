"""The `data` member of each output type of the conversation worker: its members and their types.

The published shape, for readers of the topics. The engine writes the same members from
`omnistate.core.facts`; a test holds the two together.
"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.input_data import Attribute, Priority
from omnistate_schemas.vocabulary import (
    AnyRejectionCode,
    Channel,
    DeclinedCode,
    Detail,
    Direction,
    HandlerKind,
    IgnoredCode,
    Reason,
    Role,
    SilenceAction,
    SilentSide,
    State,
    Status,
    TimerName,
)

# The profiles that a representative holds in one partition (contract.md#too-large).
PROFILES_HELD_MAX: Final = 256
Count = Annotated[int, Field(ge=0)]


class Member(BaseModel):
    """Base of everything inside `data`: a member that is null or empty is left out.

    A reader ignores members that a later version adds.
    """

    model_config = ConfigDict(frozen=True, strict=True)


class Cause(Member):
    """The input, or the timer, that led to an output."""

    type: str = Field(description="The input's type, or `timer.<name>`.")
    id: Id | None = Field(default=None, description="The input's `id`; left out for a timer.")
    source: str | None = Field(
        default=None, description="The input's `source`; left out for a timer."
    )
    actor_id: str | None = Field(
        default=None,
        description="The representative or supervisor who acted; left out for everybody else.",
    )


class InputPosition(Member):
    """Where an input lies on its topic."""

    topic: str = Field(description="The topic, without an installation's prefix.")
    partition: Count = Field(description="The partition's number.")
    offset: Count = Field(description="The record's offset in the partition.")


class NextTimer(Member):
    """The earliest of a conversation's timers, those of holds aside."""

    name: TimerName = Field(description="Which timer it is.")
    at: Time = Field(description="When it fires, unless something ends or moves it.")


class Handler(Member):
    """Who talks with the customer."""

    kind: HandlerKind = Field(description="A representative, a bot or an external party.")
    id: str | None = Field(
        default=None, description="Which one; left out for the bot that a conversation began with."
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
        description="How long the caller has been on hold with this representative; on a change "
        "of representative, with the former one.",
        json_schema_extra={"x-unit": "seconds"},
    )


class GrantedReservation(Member):
    """A grant of the gate's, as the assignment carried it."""

    id: Id = Field(description="The `id` of the request.")
    source: str = Field(description="The `source` of the request.")
    units: Count = Field(description="Capacity units as granted.")
    profiles: list[Id] = Field(default=[], description="Capacity profiles as granted.")


class CapacityChange(Member):
    """One hold or release, with the partition's counters after it."""

    representative_id: Id = Field(description="Whose capacity; also the event's `subject`.")
    conversation_id: Id = Field(description="The conversation that holds or held it.")
    hold_id: str = Field(description="The same in the hold and in its release; unique for ever.")
    role: Role = Field(description="What the representative is to the conversation.")
    units: Count = Field(description="How many capacity units the hold takes.")
    profiles: list[Id] = Field(
        default=[], description="The capacity profiles of which it takes a slot each."
    )
    forced: bool = Field(description="Taken without asking whether there was room.")
    rule: str = Field(description="The id of the rule that took or released it, such as `B7`.")
    partition: Count = Field(description="The conversation's partition: whose counters these are.")
    partition_sequence: Annotated[int, Field(ge=1)] = Field(
        description="Counts the changes per partition and representative: 1, 2, 3 … without gaps."
    )
    partition_units: Count = Field(
        description="Units that the representative holds in this partition, after the change."
    )
    partition_profiles: dict[Id, Count] = Field(
        default={},
        description="Slots that they hold in this partition, by profile; zeros are left out.",
    )
    cause: Cause = Field(description="What led to the hold or the release.")
    reservation: GrantedReservation | None = Field(
        default=None, description="The gate's grant that the hold began with."
    )


class DeclinedData(Member):
    """What the gate had granted is not held after all."""

    representative_id: Id = Field(description="Whose capacity; also the event's `subject`.")
    conversation_id: Id = Field(description="The conversation that it was granted for.")
    code: DeclinedCode = Field(description="Why: the code of the refusal, or `withdrawn`.")
    reservation: GrantedReservation = Field(description="What the gate had granted.")
    cause: Cause = Field(description="What led to it.")


class RecordedData(Member):
    """An input that was accepted and changed no status."""

    conversation_id: Id = Field(description="The conversation; also the event's `subject`.")
    sequence: Count = Field(description="Of the conversation's last change.")
    status: Status = Field(description="The conversation's status.")
    detail: Detail | None = Field(
        default=None, description="The conversation's detail; left out where there is none."
    )
    representative_id: Id | None = Field(
        default=None, description="The conversation's representative; left out where nobody is."
    )
    next_timer: NextTimer | None = Field(
        default=None, description="The conversation's next timer; left out where none runs."
    )
    occurred_at: Time = Field(description="When it happened.")
    cause: Cause = Field(description="The input.")
    input: InputPosition = Field(description="Where the input lies.")


class ReminderData(Member):
    """One side of a conversation has been silent for so long."""

    conversation_id: Id = Field(description="The conversation; also the event's `subject`.")
    sequence: Count = Field(description="Of the conversation's last change.")
    status: Status = Field(description="The conversation's status.")
    detail: Detail | None = Field(default=None, description="The conversation's detail.")
    representative_id: Id | None = Field(
        default=None, description="The conversation's representative."
    )
    silent: SilentSide = Field(description="Who owes an answer.")
    after: float = Field(
        description="For how many seconds they have been silent.",
        json_schema_extra={"x-unit": "seconds"},
    )
    then: SilenceAction = Field(description="What the rule does: `remind`.")
    occurred_at: Time = Field(description="When the silence had lasted so long.")
    cause: Cause = Field(description="The timer `silence`.")


class Refusal(Member):
    """An input that changed nothing, and why."""

    conversation_id: Id | None = Field(
        default=None,
        description="The conversation; also the event's `subject`. Left out where an assignment "
        "request named none: the subject is the representative then.",
    )
    code: str = Field(description="Why, for programs.")
    message: str = Field(description="Why, as a sentence for people.")
    status: Status | None = Field(
        default=None,
        description="The conversation's status, unchanged; left out where it is unknown.",
    )
    detail: Detail | None = Field(
        default=None,
        description="The conversation's detail, unchanged; left out where there is none.",
    )
    sequence: Count = Field(description="Of the conversation's last change; 0 where it is unknown.")
    cause: Cause = Field(description="The input.")
    representative_id: str | None = Field(
        default=None,
        description="The representative that the input names; left out where it names none.",
    )
    input: InputPosition = Field(description="Where the input lies.")


class RejectionData(Refusal):
    """An action that is not possible now, or data that cannot be used."""

    code: AnyRejectionCode = Field(description="Why it was rejected, for programs.")


class IgnoredData(Refusal):
    """A fact, or a harmless repeat, that changes nothing."""

    code: IgnoredCode = Field(description="Why it was ignored, for programs.")
