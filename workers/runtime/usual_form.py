"""The usual form of an event, read in one pass.

A shortcut, never an authority: what it does not take is looked at in full by `decoding`, and what
it takes means the same there. It words no error.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET

from schemas.registry import INPUTS
from workers.runtime.json_text import may_hide_colons
from workers.runtime.reading import READERS, Fill
from workers.runtime.usual_data import STRUCTS, UsualEvent


class Shape(NamedTuple):
    """One type: its topic, how its `data` is read, and how many members an event must have.

    `optional` are members of `data` that may be there beside; `fill` hands the data to the core.
    """

    topic: str
    decode: Callable[[msgspec.Raw], Any]
    required: int
    optional: tuple[str, ...]
    fill: Fill | None


def _shapes() -> dict[str, Shape]:
    shapes = {}
    for name, kind in INPUTS.items():
        known = STRUCTS.get(kind.model.model_fields["data"].annotation)  # type: ignore[arg-type]
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
