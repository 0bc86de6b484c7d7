"""The `data` of actions: what somebody asks for, and that of the facts beside them.

Members only; whether an input is possible at the moment is the law's business, in `omnistate.core`.
A rule between members stands twice, as a validator and as JSON Schema; a test holds them together.
"""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from omnistate_schemas.envelope import Id, Source, Time
from omnistate_schemas.input_data import Data, Profiles, Remark, Units
from omnistate_schemas.vocabulary import ConsultVia, Resolution, RouterCloseReason, TransferKind

EXTENSION_MAX = 3_600
Sequence = Annotated[int, Field(ge=0)]


class ActionData(Data):
    """Base of every action's `data`."""

    expected_sequence: Sequence | None = Field(
        default=None,
        description="The conversation's last `sequence` as whoever acts knows it; with another it "
        "is rejected as `superseded`.",
    )


class RepresentativeActionData(ActionData):
    """An action of one representative."""

    representative_id: Id = Field(description="The representative who acts.")


class RejectData(RepresentativeActionData):
    """A declined offer."""

    reason: Remark | None = Field(default=None, description="Why they declined it.")


class EndData(RepresentativeActionData):
    """The end of a talk."""

    disposition: Remark | None = Field(default=None, description="What came of it, as a code.")


class CloseSessionData(EndData):
    """The X on the session's tab."""

    resume_at: Time | None = Field(
        default=None,
        description="When a conversation that waits for the customer becomes open again by itself.",
    )


class ExtendWrapUpData(RepresentativeActionData):
    """More time for wrap-up."""

    seconds: Annotated[int, Field(ge=1, le=EXTENSION_MAX)] = Field(
        description="How many seconds longer it may take.", json_schema_extra={"x-unit": "seconds"}
    )


class Reservation(Data):
    """What the gate has granted."""

    id: Id = Field(description="The `id` of the request.")
    source: Source = Field(description="The `source` of the request.")
    units: Units | None = Field(default=None, description="Capacity units as granted; null: 0.")
    profiles: Profiles | None = Field(
        default=None, description="Capacity profiles as granted; null: none."
    )


class RouterAssignData(ActionData):
    """An offer of the conversation to a representative."""

    representative_id: Id = Field(description="The representative it is offered to.")
    auto_accept: bool | None = Field(
        default=None,
        description="True: they have it at once, without an offer. Else as the workstream says.",
    )
    reservation: Reservation | None = Field(
        default=None, description="What the gate has granted for it."
    )


class RouterMoveData(ActionData):
    """Another queue for the conversation."""

    queue_id: Id = Field(description="The queue it waits in from now on.")
    overflow: bool | None = Field(
        default=None, description="True: the move counts as a transfer because of overflow."
    )


class RouterCloseData(ActionData):
    """Why the router gave up."""

    reason: RouterCloseReason = Field(description="Why nobody could take it.")


class RouterWithdrawData(ActionData):
    """Whose offer is taken back."""

    representative_id: Id | None = Field(
        default=None, description="Whose offer; left out, every offer that is pending."
    )


class RouterScheduleData(ActionData):
    """When it becomes open."""

    scheduled_for: Time = Field(description="When it becomes open; after the engine's clock.")
    representative_id: Id | None = Field(default=None, description="Whom it is promised to.")


class TransferTarget(Data):
    """Where a transfer goes."""

    kind: TransferKind = Field(
        description="What it goes to; `external` on voice alone, `bot` not on records."
    )
    id: Id = Field(description="Which queue, representative, external party or bot.")


class TransferData(RepresentativeActionData):
    """A transfer by the representative who has the conversation."""

    representative_id: Id = Field(description="The representative who passes it on.")
    to: TransferTarget = Field(description="Where it goes.")


class ResolveRecordData(EndData):
    """How the representative finished the record."""

    representative_id: Id = Field(description="The representative who finished it.")
    outcome: Resolution = Field(description="How they finished it.")


class ConsultData(ActionData):
    """A consultant joins."""

    representative_id: Id = Field(description="The consultant.")
    via: ConsultVia = Field(
        description="How they were asked; decides whether their capacity is held."
    )


class SupervisorActionData(ActionData):
    """An action of a supervisor."""

    supervisor_id: Id = Field(description="The supervisor who acts.")


class SupervisorAssignData(SupervisorActionData):
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


class SupervisorTransferData(SupervisorActionData):
    """To another representative."""

    representative_id: Id = Field(description="The representative it goes to.")


class BotEscalateData(ActionData):
    """The bot hands over to people."""

    queue_id: Id | None = Field(
        default=None, description="The queue it waits in; left out, the one it came with."
    )


class BotTakeData(ActionData):
    """Which bot takes it."""

    bot_id: Id = Field(description="The bot.")
