"""What representatives, supervisors, the router and bots say (topic `agent-actions`).

One model per type, each with an example; representatives' own stand in `representative_actions`,
which channel kinds a type is for in `registry`.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from omnistate_schemas.action_data import (
    ActionData,
    BotEscalateData,
    BotTakeData,
    ConsultData,
    RouterAssignData,
    RouterCloseData,
    RouterMoveData,
    RouterScheduleData,
    RouterWithdrawData,
    SupervisorActionData,
    SupervisorAssignData,
    SupervisorTransferData,
)
from omnistate_schemas.envelope import CloudEvent, example
from omnistate_schemas.input_data import ConsultEndedData, NoData, SupervisorData
from omnistate_schemas.representative_actions import (
    RepresentativeAccept,
    RepresentativeCloseSession,
    RepresentativeDisconnected,
    RepresentativeEnd,
    RepresentativeExtendWrapUp,
    RepresentativeHold,
    RepresentativeMessage,
    RepresentativePick,
    RepresentativeReconnected,
    RepresentativeReject,
    RepresentativeRelease,
    RepresentativeResolveRecord,
    RepresentativeResume,
    RepresentativeTransfer,
    RepresentativeUnhold,
)


class RouterAssign(CloudEvent):
    """The router offers the conversation to a representative."""

    model_config = example("router.assign", "/router", {"representative_id": "ana"})
    type: Literal["router.assign"]
    data: RouterAssignData


class RouterMove(CloudEvent):
    """The router puts the conversation into another queue."""

    model_config = example("router.move", "/router", {"queue_id": "tier-2", "overflow": True})
    type: Literal["router.move"]
    data: RouterMoveData


class RouterClose(CloudEvent):
    """The router closes an open conversation that nobody can take."""

    model_config = example("router.close", "/router", {"reason": "overflow"})
    type: Literal["router.close"]
    data: RouterCloseData


class RouterWithdraw(CloudEvent):
    """The router takes an offer back; nobody is skipped for it."""

    model_config = example("router.withdraw", "/router", {"representative_id": "ana"})
    type: Literal["router.withdraw"]
    data: RouterWithdrawData


class RouterSchedule(CloudEvent):
    """The conversation is put off until later, perhaps promised to somebody."""

    model_config = example(
        "router.schedule",
        "/router",
        {"scheduled_for": "2026-03-03T08:00:00Z", "representative_id": "ana"},
    )
    type: Literal["router.schedule"]
    data: RouterScheduleData


class ConsultStarted(CloudEvent):
    """A consultant joined, asked directly or through a queue."""

    model_config = example(
        "consult.started", "/desktops/ana", {"representative_id": "bob", "via": "queue"}
    )
    type: Literal["consult.started"]
    data: ConsultData


class ConsultEnded(CloudEvent):
    """A consultant left."""

    model_config = example(
        "consult.ended", "/desktops/ana", {"representative_id": "bob", "via": "queue"}
    )
    type: Literal["consult.ended"]
    data: ConsultEndedData


class SupervisorAssign(CloudEvent):
    """A supervisor gives the conversation to a representative or a queue."""

    model_config = example(
        "supervisor.assign",
        "/supervisors/maria",
        {"supervisor_id": "maria", "representative_id": "bob"},
    )
    type: Literal["supervisor.assign"]
    data: SupervisorAssignData


class SupervisorTransfer(CloudEvent):
    """A supervisor passes the conversation to another representative."""

    model_config = example(
        "supervisor.transfer",
        "/supervisors/maria",
        {"supervisor_id": "maria", "representative_id": "bob"},
    )
    type: Literal["supervisor.transfer"]
    data: SupervisorTransferData


class SupervisorMonitor(CloudEvent):
    """A supervisor looks on."""

    model_config = example("supervisor.monitor", "/supervisors/maria", {"supervisor_id": "maria"})
    type: Literal["supervisor.monitor"]
    data: SupervisorData


class SupervisorLeave(CloudEvent):
    """A supervisor no longer looks on."""

    model_config = example("supervisor.leave", "/supervisors/maria", {"supervisor_id": "maria"})
    type: Literal["supervisor.leave"]
    data: SupervisorData


class SupervisorForceClose(CloudEvent):
    """A supervisor closes the conversation, whatever its status."""

    model_config = example(
        "supervisor.force_close", "/supervisors/maria", {"supervisor_id": "maria"}
    )
    type: Literal["supervisor.force_close"]
    data: SupervisorActionData


class BotEscalate(CloudEvent):
    """The bot hands over to people."""

    model_config = example("bot.escalate", "/bots/concierge", {"queue_id": "support"})
    type: Literal["bot.escalate"]
    data: BotEscalateData


class BotEnd(CloudEvent):
    """The bot finished with the customer."""

    model_config = example("bot.end", "/bots/concierge", {})
    type: Literal["bot.end"]
    data: ActionData


class BotTake(CloudEvent):
    """A bot takes the conversation, or takes it over from another."""

    model_config = example("bot.take", "/bots/concierge", {"bot_id": "concierge"})
    type: Literal["bot.take"]
    data: BotTakeData


class BotMessage(CloudEvent):
    """The bot wrote; the text itself never comes here."""

    model_config = example("bot.message", "/bots/concierge", {})
    type: Literal["bot.message"]
    data: NoData


AgentAction = Annotated[
    RouterAssign
    | RouterMove
    | RouterClose
    | RouterWithdraw
    | RouterSchedule
    | RepresentativePick
    | RepresentativeAccept
    | RepresentativeReject
    | RepresentativeMessage
    | RepresentativeEnd
    | RepresentativeCloseSession
    | RepresentativeHold
    | RepresentativeUnhold
    | RepresentativeExtendWrapUp
    | RepresentativeRelease
    | RepresentativeTransfer
    | RepresentativeResume
    | RepresentativeDisconnected
    | RepresentativeReconnected
    | RepresentativeResolveRecord
    | ConsultStarted
    | ConsultEnded
    | SupervisorAssign
    | SupervisorTransfer
    | SupervisorMonitor
    | SupervisorLeave
    | SupervisorForceClose
    | BotEscalate
    | BotEnd
    | BotTake
    | BotMessage,
    Field(discriminator="type"),
]
AGENT_ACTION: TypeAdapter[AgentAction] = TypeAdapter(AgentAction)
