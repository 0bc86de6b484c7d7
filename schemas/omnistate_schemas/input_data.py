"""The `data` member of each input type: its members, their types, bounds and cross-field rules.

Members only; whether an input is possible at the moment is the law's business, in `omnistate.core`.
A rule between members stands twice, as a validator and as JSON Schema; a test holds them together.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from omnistate_schemas.applicability import KIND_OF, kinds_for
from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.vocabulary import (
    Channel,
    ConsultVia,
    Direction,
    RecordOutcome,
    Resolution,
    RouterCloseReason,
    TransferKind,
)

PROFILES_MAX = 64
Profiles = Annotated[list[Id], Field(max_length=PROFILES_MAX)]
# A hundred times what a representative has by default: more is a slip, or somebody's mischief.
UNITS_MAX = 10_000
Units = Annotated[int, Field(ge=0, le=UNITS_MAX)]


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
        default=None, description="The representative who calls or writes out."
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


class RouterAssignData(RepresentativeData):
    """An offer of the conversation to a representative."""

    representative_id: Id = Field(description="The representative it is offered to.")
    auto_accept: bool | None = Field(
        default=None,
        description="True: they have it at once, without an offer. Else as the workstream says.",
    )


class RouterMoveData(Data):
    """Another queue for the conversation."""

    queue_id: Id = Field(description="The queue it waits in from now on.")
    overflow: bool | None = Field(
        default=None, description="True: the move counts as a transfer because of overflow."
    )


class RouterCloseData(Data):
    """Why the router gave up."""

    reason: RouterCloseReason = Field(description="Why nobody could take it.")


class TransferTarget(Data):
    """Where a transfer goes."""

    kind: TransferKind = Field(
        description="What it goes to; `external` on voice alone, `bot` not on records."
    )
    id: Id = Field(description="Which queue, representative, external party or bot.")


class TransferData(RepresentativeData):
    """A transfer by the representative who has the conversation."""

    representative_id: Id = Field(description="The representative who passes it on.")
    to: TransferTarget = Field(description="Where it goes.")


class ResolveRecordData(RepresentativeData):
    """How the representative finished the record."""

    representative_id: Id = Field(description="The representative who finished it.")
    outcome: Resolution = Field(description="How they finished it.")


class ConsultData(RepresentativeData):
    """A consultant joins or leaves; `representative_id` is the consultant."""

    representative_id: Id = Field(description="The consultant.")
    via: ConsultVia = Field(
        description="How they were asked; decides whether their capacity is held."
    )


class SupervisorData(Data):
    """An action of a supervisor."""

    supervisor_id: Id = Field(description="The supervisor who acts.")


class SupervisorAssignData(SupervisorData):
    """To a representative or to a queue: exactly one of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {
                "properties": {"representative_id": {"type": "string"}},
                "required": ["representative_id"],
            },
            "then": {"properties": {"queue_id": {"type": "null"}}},
            "else": {"properties": {"queue_id": {"type": "string"}}, "required": ["queue_id"]},
        }
    )

    representative_id: Id | None = Field(
        default=None, description="The representative it goes to; not beside `queue_id`."
    )
    queue_id: Id | None = Field(
        default=None, description="The queue it goes to; not beside `representative_id`."
    )

    @model_validator(mode="after")
    def _check_one_target(self) -> Self:
        if (self.representative_id is None) == (self.queue_id is None):
            raise ValueError("exactly one of representative_id and queue_id is needed")
        return self


class SupervisorTransferData(SupervisorData):
    """To another representative."""

    representative_id: Id = Field(description="The representative it goes to.")


class BotEscalateData(Data):
    """The bot hands over to people."""

    queue_id: Id | None = Field(
        default=None, description="The queue it waits in; left out, the one it came with."
    )
