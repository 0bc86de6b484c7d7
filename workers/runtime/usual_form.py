"""The usual form of an event, read in one pass: nothing but known members, each of the right type.

A shortcut, never an authority: what it does not take is looked at in full by `decoding`, and what
it takes means the same there. It words no error. The structs mirror `schemas.input_data`; a test
holds the two together.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from schemas import input_data as models
from schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from schemas.registry import INPUTS
from schemas.vocabulary import Channel
from workers.runtime.json_text import may_hide_colons
from workers.runtime.reading import READERS, Fill

Id = Annotated[str, Meta(min_length=1, max_length=ID_LENGTH_MAX)]
Units = Annotated[int, Meta(ge=0, le=models.UNITS_MAX)]


class UsualEvent(Struct, forbid_unknown_fields=True, gc=False):
    """The attributes of an event that are usual; `data` as it was written."""

    specversion: Literal["1.0"]
    id: Id
    source: Annotated[str, Meta(min_length=1, max_length=SOURCE_LENGTH_MAX)]
    type: str
    subject: Id
    time: str
    data: msgspec.Raw
    datacontenttype: str | UnsetType = UNSET
    traceparent: str | UnsetType = UNSET
    tracestate: str | UnsetType = UNSET


class _Start(Struct, forbid_unknown_fields=True):
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


class _Nothing(Struct, forbid_unknown_fields=True):
    pass


class _Representative(Struct, forbid_unknown_fields=True, gc=False):
    representative_id: Id


class _Offer(_Representative, forbid_unknown_fields=True, gc=False):
    auto_accept: bool | None = None


class _Move(Struct, forbid_unknown_fields=True, gc=False):
    queue_id: Id
    overflow: bool | None = None


class _Close(Struct, forbid_unknown_fields=True, gc=False):
    reason: Literal["overflow", "failure"]


class _Target(Struct, forbid_unknown_fields=True, gc=False):
    kind: Literal["queue", "representative", "external", "bot"]
    id: Id


class _Transfer(_Representative, forbid_unknown_fields=True, gc=False):
    to: _Target


class _Resolve(_Representative, forbid_unknown_fields=True, gc=False):
    outcome: Literal["resolved", "cancelled"]


class _Deactivation(Struct, forbid_unknown_fields=True, gc=False):
    outcome: Literal["resolved", "cancelled", "deleted"]


class _Consult(_Representative, forbid_unknown_fields=True, gc=False):
    via: Literal["direct", "queue"]


class _Supervisor(Struct, forbid_unknown_fields=True, gc=False):
    supervisor_id: Id


class _SupervisorTransfer(_Supervisor, forbid_unknown_fields=True, gc=False):
    representative_id: Id


class _Escalation(Struct, forbid_unknown_fields=True, gc=False):
    queue_id: Id | None = None


class Shape(NamedTuple):
    """One type: its topic, how its `data` is read, and how many members an event must have.

    `optional` are members of `data` that may be there beside; `fill` hands the data to the core.
    """

    topic: str
    decode: Callable[[msgspec.Raw], Any]
    required: int
    optional: tuple[str, ...]
    fill: Fill | None


# A start whose members depend on one another, and what else asks for that, is left to `decoding`.
_STRUCTS: Final[dict[type[models.Data], tuple[type[Struct], int]]] = {
    models.ConversationStartedData: (_Start, 2),
    models.NoData: (_Nothing, 0),
    models.RepresentativeData: (_Representative, 1),
    models.RouterAssignData: (_Offer, 1),
    models.RouterMoveData: (_Move, 1),
    models.RouterCloseData: (_Close, 1),
    models.TransferData: (_Transfer, 4),
    models.ResolveRecordData: (_Resolve, 2),
    models.RecordDeactivatedData: (_Deactivation, 1),
    models.ConsultData: (_Consult, 2),
    models.SupervisorData: (_Supervisor, 1),
    models.SupervisorTransferData: (_SupervisorTransfer, 2),
    models.BotEscalateData: (_Escalation, 0),
}


def _shapes() -> dict[str, Shape]:
    shapes = {}
    for name, kind in INPUTS.items():
        known = _STRUCTS.get(kind.model.model_fields["data"].annotation)  # type: ignore[arg-type]
        if known is not None:
            struct, required = known
            fields = msgspec.structs.fields(struct)
            optional = tuple(field.name for field in fields if not field.required)
            decode = msgspec.json.Decoder(struct).decode
            required += _ATTRIBUTES
            shapes[name] = Shape(kind.topic, decode, required, optional, READERS[name][1])
    return shapes


_ATTRIBUTES: Final = 7
SHAPES: Final = _shapes()
_DECODE: Final = msgspec.json.Decoder(UsualEvent).decode


def read_usual(text: bytes) -> tuple[UsualEvent, Shape, Any] | None:
    """The attributes, the type and the data of an event in its usual form, None for any other text.

    The data has the attributes of the type's model; its `time` has not been looked at.
    """
    try:
        event = _DECODE(text)
        shape = SHAPES[event.type]
        _, decode, members, optional, _ = shape
        data = decode(event.data)
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError, RecursionError):
        return None
    if event.datacontenttype is not UNSET:
        members += 1
    if event.traceparent is not UNSET:
        members += 1
    if event.tracestate is not UNSET:
        members += 1
    for name in optional:
        if getattr(data, name) is not None:
            members += 1
    # As many as there are colons behind quotes: none is repeated. White space could hide one.
    if text.count(b'":') != members or may_hide_colons(text):
        return None
    return event, shape, data
