"""The `data` member of each output type of the conversation worker: its members and their types.

The published shape, for readers of the topics. The engine writes the same members from
`omnistate.core.facts`; a test holds the two together.
"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.vocabulary import (
    AnyRejectionCode,
    Channel,
    Detail,
    HandlerKind,
    IgnoredCode,
    Reason,
    Role,
    State,
    Status,
    TimerName,
)

# The profiles that a representative holds in one partition (contract.md#too-large).
PROFILES_HELD_MAX: Final = 256
Count = Annotated[int, Field(ge=0)]


class Member(BaseModel):
    """Base of everything inside `data`. A reader ignores members that a later version adds."""

    model_config = ConfigDict(frozen=True, strict=True)


class Cause(Member):
    """The input, or the timer, that led to an output."""

    type: str = Field(description="The input's type, or `timer.<name>`.")
    id: Id | None = Field(default=None, description="The input's `id`; null for a timer.")
    source: str | None = Field(default=None, description="The input's `source`; null for a timer.")
    actor_id: str | None = Field(
        default=None,
        description="The representative or supervisor who acted; null for everybody else.",
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
        description="Which one; null for the bot that a conversation began with."
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
    previous_status: Status | None = Field(description="Before; null on the first change.")
    status: Status = Field(description="After the change.")
    previous_detail: Detail | None = Field(
        description="Before; null on the first change and where the status had none."
    )
    detail: Detail | None = Field(
        description="Which kind of open, active, waiting or wrap-up it is; null for other statuses."
    )
    reason: Reason | None = Field(
        description="Why the status is what it is; null for `resolved` and `scheduled`."
    )
    channel: Channel = Field(description="As it was started.")
    workstream_id: Id = Field(description="As it was started.")
    customer_id: Id | None = Field(description="As it was started; null where nobody said.")
    previous_queue_id: Id | None = Field(description="Before; null where it was in no queue.")
    queue_id: Id | None = Field(description="After the change; null where it is in no queue.")
    previous_representative_id: Id | None = Field(
        description="`representative_id` before; null where there was none."
    )
    representative_id: Id | None = Field(
        description="Who has it, has it offered first, or had it last; null while nobody does."
    )
    offered_representative_id: Id | None = Field(
        description="Who has an offer of it pending; null where nobody has."
    )
    skipped_representative_ids: list[Id] = Field(
        description="Who declined or left it and should not be offered it again."
    )
    handler: Handler | None = Field(description="Who talks with the customer; null: nobody.")
    previous_status_seconds: float | None = Field(
        description=(
            "For how many seconds status and detail were what they were; null on the first change."
        ),
        json_schema_extra={"x-unit": "seconds"},
    )
    transfer_count: Count = Field(description="How many transfers there have been so far.")
    abandoned: bool = Field(
        description="An inbound customer left before anybody was in conversation with them."
    )
    next_timer: NextTimer | None = Field(
        description="The conversation's next timer; null where none runs."
    )
    cause: Cause = Field(description="What led to the change.")
    input: InputPosition | None = Field(
        description="Where the input that led to it lies; null for a timer."
    )


class CapacityChange(Member):
    """One hold or release, with the partition's counters after it."""

    representative_id: Id = Field(description="Whose capacity; also the event's `subject`.")
    conversation_id: Id = Field(description="The conversation that holds or held it.")
    hold_id: str = Field(description="The same in the hold and in its release; unique for ever.")
    role: Role = Field(description="What the representative is to the conversation.")
    units: Count = Field(description="How many capacity units the hold takes.")
    profiles: list[Id] = Field(description="The capacity profiles of which it takes a slot each.")
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
        description="Slots that they hold in this partition, by profile; zeros are left out."
    )
    cause: Cause = Field(description="What led to the hold or the release.")


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
        default=None, description="The conversation's status, unchanged; null where it is unknown."
    )
    detail: Detail | None = Field(
        default=None, description="The conversation's detail, unchanged; null where there is none."
    )
    sequence: Count = Field(description="Of the conversation's last change; 0 where it is unknown.")
    cause: Cause = Field(description="The input.")
    representative_id: str | None = Field(
        default=None, description="The representative that the input names; null: none."
    )
    input: InputPosition = Field(description="Where the input lies.")


class RejectionData(Refusal):
    """An action that is not possible now, or data that cannot be used."""

    code: AnyRejectionCode = Field(description="Why it was rejected, for programs.")


class IgnoredData(Refusal):
    """A fact, or a harmless repeat, that changes nothing."""

    code: IgnoredCode = Field(description="Why it was ignored, for programs.")
