"""The structs of the usual form of an event: the members that are known, each of the right type.

Others are passed over unread: whoever decodes looks for what they could hide. The structs mirror
`omnistate_schemas.input_data`; a test holds the two together. Annotations are read when they are
used, so that this module stays interpreted where others are compiled.
"""

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct
from omnistate_schemas import input_data as models
from omnistate_schemas.completeness import check_complete
from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.vocabulary import Channel

from omnistate.stream.conversation.input_readers import data_of

Id = Annotated[str, Meta(min_length=1, max_length=ID_LENGTH_MAX)]
Units = Annotated[int, Meta(ge=0, le=models.UNITS_MAX)]


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
    profiles: Annotated[list[Id], Meta(max_length=models.PROFILES_MAX)] | None = None


class _Nothing(Struct):
    pass


class _Representative(Struct, gc=False):
    representative_id: Id


class _Offer(_Representative, gc=False):
    auto_accept: bool | None = None


class _Move(Struct, gc=False):
    queue_id: Id
    overflow: bool | None = None


class _Close(Struct, gc=False):
    reason: Literal["overflow", "failure"]


class _Target(Struct, gc=False):
    kind: Literal["queue", "representative", "external", "bot"]
    id: Id


class _Transfer(_Representative, gc=False):
    to: _Target


class _Resolve(_Representative, gc=False):
    outcome: Literal["resolved", "cancelled"]


class _Deactivation(Struct, gc=False):
    outcome: Literal["resolved", "cancelled", "deleted"]


class _Consult(_Representative, gc=False):
    via: Literal["direct", "queue"]


class _Supervisor(Struct, gc=False):
    supervisor_id: Id


class _SupervisorTransfer(_Supervisor, gc=False):
    representative_id: Id


class _Escalation(Struct, gc=False):
    queue_id: Id | None = None


# A start whose members depend on one another is left to `decoding`, and so are these altogether.
_IN_FULL: Final = (models.SupervisorAssignData,)
_DATA: Final[dict[type[models.Data], type[Struct]]] = {
    models.ConversationStartedData: _Start,
    models.NoData: _Nothing,
    models.RepresentativeData: _Representative,
    models.RouterAssignData: _Offer,
    models.RouterMoveData: _Move,
    models.RouterCloseData: _Close,
    models.TransferData: _Transfer,
    models.ResolveRecordData: _Resolve,
    models.RecordDeactivatedData: _Deactivation,
    models.ConsultData: _Consult,
    models.SupervisorData: _Supervisor,
    models.SupervisorTransferData: _SupervisorTransfer,
    models.BotEscalateData: _Escalation,
}


def _check() -> None:
    """Raise Incomplete where a model has no struct, or the two have not the same members."""
    needed = [data_of(name).__name__ for name in INPUTS]
    given = [model.__name__ for model in _DATA] + [model.__name__ for model in _IN_FULL]
    check_complete("fast_structs._DATA or _IN_FULL", given, needed, "data of an input")
    twins: dict[type[models.Data], type[Struct]] = {**_DATA, models.TransferTarget: _Target}
    for model, struct in twins.items():
        members = struct.__struct_fields__
        check_complete(f"fast_structs.{struct.__name__}", members, model.model_fields, "member")


def _event(name: str, data: type[Struct]) -> type[Struct]:
    members: list[tuple[str, type]] = [("data", data)]
    return defstruct(name, members, bases=(Attributes,), gc=False, tag=name)


def _events() -> dict[str, type[Struct]]:
    events = {}
    for name in INPUTS:
        data = _DATA.get(data_of(name))
        if data is not None:
            events[name] = _event(name, data)
    return events


_check()
# By type of event: the struct of one that is usual.
EVENTS: Final = _events()
