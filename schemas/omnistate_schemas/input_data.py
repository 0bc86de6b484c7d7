"""The `data` member of each input type: its members, their types and their bounds.

Members only; whether an input is possible at the moment is the law's business, in `omnistate.core`.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.vocabulary import Channel

PROFILES_MAX = 64
Profiles = Annotated[list[Id], Field(max_length=PROFILES_MAX)]
# Dataverse keeps capacity in a 32-bit integer.
UNITS_MAX = 2_147_483_647
Units = Annotated[int, Field(ge=0, le=UNITS_MAX)]


class Data(BaseModel):
    """Base of every `data`: unknown members are ignored, a null optional is as if left out."""

    model_config = ConfigDict(frozen=True, strict=True)


class NoData(Data):
    """Nothing beyond the envelope."""


class ConversationStartedData(Data):
    """How a conversation begins (rules C1 to C4)."""

    channel: Channel
    workstream_id: Id
    queue_id: Id | None = None
    customer_id: Id | None = None
    direction: Literal["inbound", "outbound"] | None = Field(
        default=None, description="Default `inbound`; `outbound` needs `representative_id`."
    )
    representative_id: Id | None = Field(default=None, description="Who calls or writes out.")
    handled_by: Literal["bot"] | None = Field(default=None, description="A bot answers first.")
    scheduled_for: Time | None = Field(default=None, description="When it becomes open.")
    units: Units | None = Field(default=None, description="Replaces the workstream's units.")
    profiles: Profiles | None = Field(
        default=None, description="Capacity profiles beside the workstream's."
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.direction == "outbound" and self.representative_id is None:
            raise ValueError("direction outbound needs representative_id")
        if self.handled_by == "bot" and self.channel == "record":
            raise ValueError("handled_by bot is not for records")
        return self


class RecordDeactivatedData(Data):
    """What became of the record in its own system."""

    outcome: Literal["resolved", "cancelled", "deleted"]


class RepresentativeData(Data):
    """An action of, or about, one representative."""

    representative_id: Id


class RouterAssignData(RepresentativeData):
    """An offer of the conversation to a representative."""

    auto_accept: bool | None = None


class RouterMoveData(Data):
    """Another queue for the conversation."""

    queue_id: Id
    overflow: bool | None = None


class RouterCloseData(Data):
    """Why the router gave up."""

    reason: Literal["overflow", "failure"]


class TransferTarget(Data):
    """Where a transfer goes."""

    kind: Literal["queue", "representative", "external", "bot"]
    id: Id


class TransferData(RepresentativeData):
    """A transfer by the representative who has the conversation."""

    to: TransferTarget


class ResolveRecordData(RepresentativeData):
    """How the representative finished the record."""

    outcome: Literal["resolved", "cancelled"]


class ConsultData(RepresentativeData):
    """A consultant joins or leaves; `representative_id` is the consultant."""

    via: Literal["direct", "queue"]


class SupervisorData(Data):
    """An action of a supervisor."""

    supervisor_id: Id


class SupervisorAssignData(SupervisorData):
    """To a representative or to a queue: exactly one of the two."""

    representative_id: Id | None = None
    queue_id: Id | None = None

    @model_validator(mode="after")
    def _check_one_target(self) -> Self:
        if (self.representative_id is None) == (self.queue_id is None):
            raise ValueError("exactly one of representative_id and queue_id is needed")
        return self


class SupervisorTransferData(SupervisorData):
    """To another representative."""

    representative_id: Id


class BotEscalateData(Data):
    """The bot hands over to people."""

    queue_id: Id | None = None
