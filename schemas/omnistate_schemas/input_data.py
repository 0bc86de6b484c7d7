"""The `data` of facts and reports: its members, their types, bounds and cross-field rules.

That of actions stands in `action_data`. Members only; whether an input is possible at the moment is
the law's business, in `omnistate.core`.
A rule between members stands twice, as a validator and as JSON Schema; a test holds them together.
"""

import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from omnistate_schemas.applicability import KIND_OF, kinds_for
from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.vocabulary import (
    Channel,
    ClosingReason,
    ConsultVia,
    Direction,
    Ender,
    RecordOutcome,
)

PROFILES_MAX = 64
Profiles = Annotated[list[Id], Field(max_length=PROFILES_MAX)]
# A hundred times what a representative has by default: more is a slip, or somebody's mischief.
UNITS_MAX = 10_000
Units = Annotated[int, Field(ge=0, le=UNITS_MAX)]
PRIORITY_MAX: Final = 100
Priority = Annotated[int, Field(ge=0, le=PRIORITY_MAX)]
# A disposition, or why somebody declined: a code of the centre's own, never message text.
Remark = Annotated[str, Field(min_length=1, max_length=256)]
ATTRIBUTES_MAX: Final = 32
ATTRIBUTES_BYTES_MAX: Final = 2_048
AttributeName = Annotated[str, Field(min_length=1, max_length=64)]
ATTRIBUTE_LENGTH_MAX: Final = 256
ATTRIBUTE_TEXTS_MAX: Final = 16
_Text = Annotated[str, Field(max_length=ATTRIBUTE_LENGTH_MAX)]
_Texts = Annotated[list[_Text], Field(max_length=ATTRIBUTE_TEXTS_MAX)]
# What rows and readers in any language have room for.
INTEGER_MIN: Final = -(2**63)
INTEGER_MAX: Final = 2**64 - 1
_Number = Annotated[int, Field(ge=INTEGER_MIN, le=INTEGER_MAX)]
Attribute = bool | _Number | float | _Text | _Texts


def find_excess_attributes(attributes: dict[str, Any]) -> str | None:
    """What is wrong with how many there are, or with their size; None where nothing is."""
    if len(attributes) > ATTRIBUTES_MAX:
        return f"attributes: {len(attributes)} members; {ATTRIBUTES_MAX} are the most"
    size = len(json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode())
    if size > ATTRIBUTES_BYTES_MAX:
        return f"attributes: {size} bytes as JSON; {ATTRIBUTES_BYTES_MAX} are the most"
    return None


def _check_attributes(attributes: dict[str, Any]) -> dict[str, Any]:
    excess = find_excess_attributes(attributes)
    if excess is not None:
        raise ValueError(excess.removeprefix("attributes: "))
    return attributes


Attributes = Annotated[
    dict[AttributeName, Attribute | None],
    Field(max_length=ATTRIBUTES_MAX),
    AfterValidator(_check_attributes),
]


class Data(BaseModel):
    """Base of every `data`: unknown members are ignored, a null optional is as if left out."""

    model_config = ConfigDict(frozen=True, strict=True)


class NoData(Data):
    """Nothing beyond the envelope."""


class ConversationStartedData(Data):
    """How a conversation begins (rules C1 to C4)."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"direction": {"const": "outbound"}}, "required": ["direction"]},
            "then": {
                "properties": {"representative_id": {"type": "string"}},
                "required": ["representative_id"],
            },
            "not": {
                "properties": {"handled_by": {"const": "bot"}, "channel": {"const": "record"}},
                "required": ["handled_by", "channel"],
            },
        }
    )

    channel: Channel = Field(description="The channel; it must be one that the workstream takes.")
    workstream_id: Id = Field(description="Whose settings the conversation keeps until it closes.")
    queue_id: Id | None = Field(default=None, description="The queue it waits in; null: none.")
    customer_id: Id | None = Field(default=None, description="The customer, where known.")
    direction: Direction | None = Field(
        default=None,
        description="Who began: left out, `inbound`; `outbound` needs `representative_id`.",
    )
    representative_id: Id | None = Field(
        default=None,
        description="The representative who calls or writes out; with `scheduled_for`, whom it is "
        "promised to.",
    )
    handled_by: Literal["bot"] | None = Field(
        default=None, description="`bot`: a bot answers first; not for records."
    )
    scheduled_for: Time | None = Field(
        default=None, description="The instant at which it becomes open; until then `scheduled`."
    )
    units: Units | None = Field(
        default=None,
        description="Capacity units that it takes, in place of the workstream's.",
    )
    profiles: Profiles | None = Field(
        default=None,
        description="Capacity profiles of which it takes one slot each, beside the workstream's.",
    )
    priority: Priority | None = Field(
        default=None, description="The higher the sooner; left out: 0."
    )
    attributes: Attributes | None = Field(
        default=None, description="What a router or a report needs; the engine only carries it."
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.direction == "outbound" and self.representative_id is None:
            raise ValueError("direction outbound needs representative_id")
        if self.handled_by == "bot" and KIND_OF[self.channel] not in kinds_for("bot.end"):
            raise ValueError("handled_by bot is not for records")
        return self


class RecordDeactivatedData(Data):
    """What became of the record in its own system."""

    outcome: RecordOutcome = Field(description="What became of the record.")


class RepresentativeData(Data):
    """An action of, or about, one representative."""

    representative_id: Id = Field(description="The representative who acts, or is meant.")


class ConversationUpdatedData(Data):
    """What is another from now on; what is left out stays."""

    priority: Priority | None = Field(default=None, description="The higher the sooner.")
    attributes: Attributes | None = Field(
        default=None, description="Members given replace what is there; null takes one away."
    )
    units: Units | None = Field(default=None, description="Capacity units that it takes.")
    profiles: Profiles | None = Field(
        default=None,
        description="Capacity profiles in place of those of the start; the workstream's stay.",
    )


class ConversationClosedData(Data):
    """Why it is over."""

    reason: ClosingReason = Field(description="Why it is over.")
    merged_into: Id | None = Field(
        default=None, description="The conversation that goes on in its place."
    )


class ReportedRepresentativeData(Data):
    """Whom a report is about."""

    representative_id: Id = Field(description="The representative whom the report is about.")


class ConversationQueuedData(Data):
    """Where it waits."""

    queue_id: Id | None = Field(default=None, description="The queue; left out, the one it is in.")


class OfferEndedData(ReportedRepresentativeData):
    """Where it no longer rings."""

    declined: bool | None = Field(default=None, description="True: they declined it.")


class ConversationEndedData(Data):
    """Who ended the talk."""

    by: Ender | None = Field(default=None, description="Who ended it; left out: the customer.")


class ConversationWrappedUpData(Data):
    """Who has finished what comes after."""

    representative_id: Id | None = Field(
        default=None, description="Who has finished; left out, whoever wraps up."
    )


class SupervisorData(Data):
    """What is said of one supervisor."""

    supervisor_id: Id = Field(description="The supervisor who looks on.")


class ConsultEndedData(RepresentativeData):
    """A consultant leaves."""

    representative_id: Id = Field(description="The consultant.")
    via: ConsultVia | None = Field(default=None, description="How they were asked.")
