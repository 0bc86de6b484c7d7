"""The structs of the usual form of an event: the members that are known, each of the right type.

Others are passed over unread: whoever decodes looks for what they could hide. The structs mirror
`omnistate_schemas.input_data`; a test holds the two together. Annotations are read when they are
used, so that this module stays interpreted where others are compiled.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct
from omnistate_schemas import action_data as actions
from omnistate_schemas import input_data as facts
from omnistate_schemas.completeness import check_complete
from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.vocabulary import Channel, ClosingReason, Ender

from omnistate.stream.conversation.input_readers import data_of

Id = Annotated[str, Meta(min_length=1, max_length=ID_LENGTH_MAX)]
Remark = Annotated[str, Meta(min_length=1, max_length=256)]
Sequence = Annotated[int, Meta(ge=0)]
Units = Annotated[int, Meta(ge=0, le=facts.UNITS_MAX)]
# What CloudEvents lets an extension attribute be in JSON.
Extension = str | int | bool | None


class Attributes(Struct, kw_only=True, gc=False, tag_field="type"):
    """The attributes of an event that are usual; each type adds its `data`."""

    specversion: Literal["1.0"]
    id: Id
    source: Annotated[str, Meta(min_length=1, max_length=SOURCE_LENGTH_MAX)]
    subject: Id
    time: str
    datacontenttype: str | UnsetType = UNSET
    traceparent: str | UnsetType = UNSET
    tracestate: str | UnsetType = UNSET
    partitionkey: str | UnsetType = UNSET


class DataAlone(Struct, gc=False):
    """What an event says, whatever its members are."""

    data: dict[str, Any]


class _Start(Struct):
    channel: Channel
    workstream_id: Id
    queue_id: Id | None = None
    customer_id: Id | None = None
    direction: Literal["inbound"] | None = None
    representative_id: Id | None = None
    handled_by: None = None
    scheduled_for: None = None
    units: Units | None = None
    profiles: Annotated[list[Id], Meta(max_length=facts.PROFILES_MAX)] | None = None
    priority: Annotated[int, Meta(ge=0, le=facts.PRIORITY_MAX)] | None = None
    attributes: None = None


class _Nothing(Struct):
    pass


class _Representative(Struct, gc=False):
    representative_id: Id


class _Closing(Struct, gc=False):
    reason: ClosingReason
    merged_into: Id | None = None


class _Queued(Struct, gc=False):
    queue_id: Id | None = None


class _OfferEnd(_Representative, gc=False):
    declined: bool | None = None


class _EndOfTalk(Struct, gc=False):
    by: Ender | None = None


class _WrappedUp(Struct, gc=False):
    representative_id: Id | None = None


class _Deactivation(Struct, gc=False):
    outcome: Literal["resolved", "cancelled", "deleted"]


class _ConsultEnd(_Representative, gc=False):
    via: Literal["direct", "queue"] | None = None


class _Supervisor(Struct, gc=False):
    supervisor_id: Id


class _Action(Struct, gc=False, kw_only=True):
    expected_sequence: Sequence | None = None


class _RepresentativeAction(_Action, gc=False, kw_only=True):
    representative_id: Id


class _Rejection(_RepresentativeAction, gc=False, kw_only=True):
    reason: Remark | None = None


class _End(_RepresentativeAction, gc=False, kw_only=True):
    disposition: Remark | None = None


class _CloseSession(_End, gc=False, kw_only=True):
    resume_at: None = None


class _Resolve(_End, gc=False, kw_only=True):
    outcome: Literal["resolved", "cancelled"]


class _Extension(_RepresentativeAction, gc=False, kw_only=True):
    seconds: Annotated[int, Meta(ge=1, le=actions.EXTENSION_MAX)]


class _Offer(_RepresentativeAction, gc=False, kw_only=True):
    auto_accept: bool | None = None
    reservation: None = None


class _Move(_Action, gc=False, kw_only=True):
    queue_id: Id
    overflow: bool | None = None


class _Close(_Action, gc=False, kw_only=True):
    reason: Literal["overflow", "failure"]


class _Withdrawal(_Action, gc=False, kw_only=True):
    representative_id: Id | None = None


class _Target(Struct, gc=False):
    kind: Literal["queue", "representative", "external", "bot"]
    id: Id


class _Transfer(_RepresentativeAction, gc=False, kw_only=True):
    to: _Target


class _Consult(_RepresentativeAction, gc=False, kw_only=True):
    via: Literal["direct", "queue"]


class _SupervisorAction(_Action, gc=False, kw_only=True):
    supervisor_id: Id


class _SupervisorTransfer(_SupervisorAction, gc=False, kw_only=True):
    representative_id: Id


class _Escalation(_Action, gc=False, kw_only=True):
    queue_id: Id | None = None


class _Bot(_Action, gc=False, kw_only=True):
    bot_id: Id


# A start whose members depend on one another is left to `decoding`, and so are these altogether.
_IN_FULL: Final = (
    actions.SupervisorAssignData,
    actions.RouterScheduleData,
    facts.ConversationUpdatedData,
)
_DATA: Final[dict[type[facts.Data], type[Struct]]] = {
    facts.ConversationStartedData: _Start,
    facts.NoData: _Nothing,
    facts.ConversationClosedData: _Closing,
    facts.ConversationQueuedData: _Queued,
    facts.ReportedRepresentativeData: _Representative,
    facts.OfferEndedData: _OfferEnd,
    facts.ConversationEndedData: _EndOfTalk,
    facts.ConversationWrappedUpData: _WrappedUp,
    facts.RepresentativeData: _Representative,
    facts.RecordDeactivatedData: _Deactivation,
    facts.ConsultEndedData: _ConsultEnd,
    facts.SupervisorData: _Supervisor,
    actions.ActionData: _Action,
    actions.RepresentativeActionData: _RepresentativeAction,
    actions.RejectData: _Rejection,
    actions.EndData: _End,
    actions.CloseSessionData: _CloseSession,
    actions.ExtendWrapUpData: _Extension,
    actions.ResolveRecordData: _Resolve,
    actions.RouterAssignData: _Offer,
    actions.RouterMoveData: _Move,
    actions.RouterCloseData: _Close,
    actions.RouterWithdrawData: _Withdrawal,
    actions.TransferData: _Transfer,
    actions.ConsultData: _Consult,
    actions.SupervisorActionData: _SupervisorAction,
    actions.SupervisorTransferData: _SupervisorTransfer,
    actions.BotEscalateData: _Escalation,
    actions.BotTakeData: _Bot,
}


def _check() -> None:
    """Raise Incomplete where a model has no struct, or the two have not the same members."""
    needed = [data_of(name).__name__ for name in INPUTS]
    given = [model.__name__ for model in _DATA] + [model.__name__ for model in _IN_FULL]
    check_complete("fast_structs._DATA or _IN_FULL", given, needed, "data of an input")
    twins: dict[type[facts.Data], type[Struct]] = {**_DATA, actions.TransferTarget: _Target}
    for model, struct in twins.items():
        members = struct.__struct_fields__
        check_complete(f"fast_structs.{struct.__name__}", members, model.model_fields, "member")


def events_with(extensions: Iterable[str] = ()) -> dict[str, type[Struct]]:
    """By type of event: the struct of one that is usual, and that may have these extensions."""
    others = [(each, Extension | UnsetType, UNSET) for each in extensions]
    base = defstruct("Extended", others, bases=(Attributes,), kw_only=True, gc=False)
    events = {}
    for name in INPUTS:
        data = _DATA.get(data_of(name))
        if data is not None:
            events[name] = defstruct(name, [("data", data)], bases=(base,), gc=False, tag=name)
    return events


_check()
EVENTS: Final = events_with()
