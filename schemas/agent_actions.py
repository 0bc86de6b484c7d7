"""What representatives, supervisors, the router and bots say (topic `agent-actions`).

One model per type, each with an example; which channel kinds a type is for stands in `registry`.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from schemas.envelope import CloudEvent, example
from schemas.input_data import (
    BotEscalateData,
    ConsultData,
    NoData,
    RepresentativeData,
    ResolveRecordData,
    RouterAssignData,
    RouterCloseData,
    RouterMoveData,
    SupervisorAssignData,
    SupervisorData,
    SupervisorTransferData,
    TransferData,
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


class RepresentativePick(CloudEvent):
    """A representative takes an open conversation."""

    model_config = example("representative.pick", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.pick"]
    data: RepresentativeData


class RepresentativeAccept(CloudEvent):
    """The representative accepts what is offered to him."""

    model_config = example("representative.accept", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.accept"]
    data: RepresentativeData


class RepresentativeReject(CloudEvent):
    """The representative declines what is offered to him."""

    model_config = example("representative.reject", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.reject"]
    data: RepresentativeData


class RepresentativeMessage(CloudEvent):
    """A representative wrote; the text itself never comes here."""

    model_config = example("representative.message", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.message"]
    data: RepresentativeData


class RepresentativeEnd(CloudEvent):
    """The End button: the conversation goes to wrap-up."""

    model_config = example("representative.end", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.end"]
    data: RepresentativeData


class RepresentativeCloseSession(CloudEvent):
    """The X on the session's tab."""

    model_config = example(
        "representative.close_session", "/desktops/ana", {"representative_id": "ana"}
    )
    type: Literal["representative.close_session"]
    data: RepresentativeData


class RepresentativeRelease(CloudEvent):
    """The representative gives the conversation back to its queue."""

    model_config = example("representative.release", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.release"]
    data: RepresentativeData


class RepresentativeTransfer(CloudEvent):
    """The representative passes the conversation on."""

    model_config = example(
        "representative.transfer",
        "/desktops/ana",
        {"representative_id": "ana", "to": {"kind": "queue", "id": "tier-2"}},
    )
    type: Literal["representative.transfer"]
    data: TransferData


class RepresentativeResume(CloudEvent):
    """The last representative revives a waiting conversation."""

    model_config = example(
        "representative.resume", "/desktops/ana", {"representative_id": "ana"}, "sms-20"
    )
    type: Literal["representative.resume"]
    data: RepresentativeData


class RepresentativeDisconnected(CloudEvent):
    """The representative's desktop is gone."""

    model_config = example(
        "representative.disconnected", "/desktops/ana", {"representative_id": "ana"}
    )
    type: Literal["representative.disconnected"]
    data: RepresentativeData


class RepresentativeReconnected(CloudEvent):
    """The representative's desktop is back."""

    model_config = example(
        "representative.reconnected", "/desktops/ana", {"representative_id": "ana"}
    )
    type: Literal["representative.reconnected"]
    data: RepresentativeData


class RepresentativeResolveRecord(CloudEvent):
    """The representative resolved or cancelled the record."""

    model_config = example(
        "representative.resolve_record",
        "/desktops/ana",
        {"representative_id": "ana", "outcome": "resolved"},
        "case-8",
    )
    type: Literal["representative.resolve_record"]
    data: ResolveRecordData


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
    data: ConsultData


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


class SupervisorForceClose(CloudEvent):
    """A supervisor closes the conversation, whatever its status."""

    model_config = example(
        "supervisor.force_close", "/supervisors/maria", {"supervisor_id": "maria"}
    )
    type: Literal["supervisor.force_close"]
    data: SupervisorData


class BotEscalate(CloudEvent):
    """The bot hands over to people."""

    model_config = example("bot.escalate", "/bots/concierge", {"queue_id": "support"})
    type: Literal["bot.escalate"]
    data: BotEscalateData


class BotEnd(CloudEvent):
    """The bot finished with the customer."""

    model_config = example("bot.end", "/bots/concierge", {})
    type: Literal["bot.end"]
    data: NoData


AgentAction = Annotated[
    RouterAssign
    | RouterMove
    | RouterClose
    | RepresentativePick
    | RepresentativeAccept
    | RepresentativeReject
    | RepresentativeMessage
    | RepresentativeEnd
    | RepresentativeCloseSession
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
    | SupervisorForceClose
    | BotEscalate
    | BotEnd,
    Field(discriminator="type"),
]
AGENT_ACTION: TypeAdapter[AgentAction] = TypeAdapter(AgentAction)
