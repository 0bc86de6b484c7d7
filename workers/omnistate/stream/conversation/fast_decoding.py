"""The usual form of an event, read in one pass.

A shortcut, never an authority: what it does not take is looked at in full by `decoding`, and what
it takes means the same there. It words no error.
"""

from functools import reduce
from operator import or_
from typing import Any, Final

import msgspec
from msgspec import UNSET
from omnistate_schemas.registry import INPUTS

from omnistate.stream.conversation.fast_structs import EVENTS
from omnistate.stream.conversation.input_readers import READERS, Fill

# Data, specversion, id, source, subject, time, datacontenttype, traceparent and tracestate: in the
# order of the structs' own fields, since one call for all costs less than an attribute each.
Members = tuple[Any, str, str, str, str, str, Any, Any, Any]


class Shape:
    """One type of event: its topic, what hands its data to the core, and what it looks like."""

    __slots__ = ("fill", "optional", "quotes", "topic", "type")

    def __init__(
        self, type_: str, topic: str, fill: Fill | None, quotes: int, optional: tuple[str, ...]
    ) -> None:
        """`quotes` is how many quotation marks it has with the members that must be there.

        `optional` are the members of its data that may be there beside.
        """
        self.type = type_
        self.topic = topic
        self.fill = fill
        self.quotes = quotes
        self.optional = optional


def _count_quotes(struct: type[msgspec.Struct]) -> int:
    """Those of all required members: names, and values that are strings."""
    quotes = 0
    for field in msgspec.structs.fields(struct):
        if field.required:
            nested = isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
            quotes += 2 + (_count_quotes(field.type) if nested else 2)
    return quotes


def _shape(name: str, event: type[msgspec.Struct]) -> Shape:
    fields = {field.name: field for field in msgspec.structs.fields(event)}
    members = msgspec.structs.fields(fields["data"].type)
    optional = tuple(field.name for field in members if not field.required)
    quotes = _count_quotes(event) + _QUOTES_OF_TYPE
    return Shape(name, INPUTS[name].topic, READERS[name][1], quotes, optional)


# `type` is no member of the struct: it says which struct it is.
_QUOTES_OF_TYPE: Final = 4
_QUOTES_OF_TEXT: Final = 4
SHAPES: Final[dict[type, Shape]] = {event: _shape(name, event) for name, event in EVENTS.items()}
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_UNSET: Final = UNSET
_ASTUPLE: Final = msgspec.structs.astuple
_DECODE: Final = msgspec.json.Decoder(reduce(or_, EVENTS.values())).decode


def read_usual(text: bytes) -> tuple[Members, Shape] | None:
    """An event in its usual form and what its type is like; None for any other text.

    Its data has the attributes of the type's model; its `time` has not been looked at.
    """
    try:
        event: Any = _DECODE(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    shape = SHAPES[type(event)]
    quotes = shape.quotes
    members: Members = _ASTUPLE(event)
    data, _, _, _, _, _, datacontenttype, traceparent, tracestate = members
    if datacontenttype is not _UNSET:
        quotes += _QUOTES_OF_TEXT
    if traceparent is not _UNSET:
        quotes += _QUOTES_OF_TEXT
    if tracestate is not _UNSET:
        quotes += _QUOTES_OF_TEXT
    if shape.optional:
        for name in shape.optional:
            value = getattr(data, name)
            if value is not None:
                quotes += 2
                if type(value) is str:
                    quotes += 2
                elif type(value) is list:
                    quotes += 2 * len(value)
    # No more than its members have: none is repeated.
    return (members, shape) if text.count(b'"') == quotes else None
