"""The `data` of each other output type of the conversation worker: its members and their types.

The published shape, for readers of the topics. The engine writes the same members from
`omnistate.core.facts`; a test holds the two together.
"""

from typing import Annotated, Final

from pydantic import Field

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.output_members import Cause, Count, InputPosition, Member, NextTimer
from omnistate_schemas.vocabulary import (
    AnyRejectionCode,
    DeclinedCode,
    Detail,
    IgnoredCode,
    Role,
    SilenceAction,
    SilentSide,
    Status,
)

# The profiles that a representative holds in one partition (contract.md#too-large).
PROFILES_HELD_MAX: Final = 256


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
