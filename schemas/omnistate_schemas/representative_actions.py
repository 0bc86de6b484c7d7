"""What a representative says of a conversation: the types `representative.*` of `agent-actions`.

One model per type, each with an example; `agent_actions` puts them beside everybody else's.
"""

from typing import Literal

from omnistate_schemas.action_data import (
    CloseSessionData,
    EndData,
    ExtendWrapUpData,
    RejectData,
    RepresentativeActionData,
    ResolveRecordData,
    TransferData,
)
from omnistate_schemas.envelope import CloudEvent, example
from omnistate_schemas.input_data import RepresentativeData


class RepresentativePick(CloudEvent):
    """A representative takes an open conversation."""

    model_config = example("representative.pick", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.pick"]
    data: RepresentativeActionData


class RepresentativeAccept(CloudEvent):
    """The representative accepts what is offered to them."""

    model_config = example("representative.accept", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.accept"]
    data: RepresentativeActionData


class RepresentativeReject(CloudEvent):
    """The representative declines what is offered to them."""

    model_config = example("representative.reject", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.reject"]
    data: RejectData


class RepresentativeMessage(CloudEvent):
    """A representative wrote; the text itself never comes here."""

    model_config = example("representative.message", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.message"]
    data: RepresentativeData


class RepresentativeEnd(CloudEvent):
    """The End button: the conversation goes to wrap-up."""

    model_config = example("representative.end", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.end"]
    data: EndData


class RepresentativeCloseSession(CloudEvent):
    """The X on the session's tab."""

    model_config = example(
        "representative.close_session", "/desktops/ana", {"representative_id": "ana"}
    )
    type: Literal["representative.close_session"]
    data: CloseSessionData


class RepresentativeHold(CloudEvent):
    """The representative puts the caller on hold."""

    model_config = example(
        "representative.hold", "/desktops/ana", {"representative_id": "ana"}, "call-3"
    )
    type: Literal["representative.hold"]
    data: RepresentativeData


class RepresentativeUnhold(CloudEvent):
    """The representative talks with the caller again."""

    model_config = example(
        "representative.unhold", "/desktops/ana", {"representative_id": "ana"}, "call-3"
    )
    type: Literal["representative.unhold"]
    data: RepresentativeData


class RepresentativeExtendWrapUp(CloudEvent):
    """The representative needs longer for wrap-up."""

    model_config = example(
        "representative.extend_wrap_up",
        "/desktops/ana",
        {"representative_id": "ana", "seconds": 300},
    )
    type: Literal["representative.extend_wrap_up"]
    data: ExtendWrapUpData


class RepresentativeRelease(CloudEvent):
    """The representative gives the conversation back to its queue."""

    model_config = example("representative.release", "/desktops/ana", {"representative_id": "ana"})
    type: Literal["representative.release"]
    data: RepresentativeActionData


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
    data: RepresentativeActionData


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
