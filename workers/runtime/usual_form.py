"""The usual form of an event, read in one pass.

A shortcut, never an authority: what it does not take is looked at in full by `decoding`, and what
it takes means the same there. It words no error.
"""

from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET

from schemas.registry import INPUTS
from workers.runtime.reading import READERS, Fill
from workers.runtime.usual_data import EVENTS


class Shape(NamedTuple):
    """One type of event: its topic, what hands its data to the core, and what it looks like.

    `quotes` is how many quotation marks it has where no member is left out that must be there;
    `optional` are the members of its data that may be there beside.
    """

    type: str
    topic: str
    fill: Fill | None
    quotes: int
    optional: tuple[str, ...]


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
_DECODE: Final = msgspec.json.Decoder(reduce(or_, EVENTS.values())).decode


def read_usual(text: bytes) -> tuple[Any, Shape] | None:
    """An event in its usual form and what its type is like; None for any other text.

    It has the attributes of `Attributes` and a `data` with those of the type's model; its `time`
    has not been looked at.
    """
    try:
        event: Any = _DECODE(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    shape = SHAPES[type(event)]
    quotes = shape.quotes
    if event.datacontenttype is not UNSET:
        quotes += _QUOTES_OF_TEXT
    if event.traceparent is not UNSET:
        quotes += _QUOTES_OF_TEXT
    if event.tracestate is not UNSET:
        quotes += _QUOTES_OF_TEXT
    if shape.optional:
        data = event.data
        for name in shape.optional:
            value = getattr(data, name)
            if value is not None:
                quotes += 2
                if type(value) is str:
                    quotes += 2
                elif type(value) is list:
                    quotes += 2 * len(value)
    # No more than its members have: none is repeated.
    return (event, shape) if text.count(b'"') == quotes else None
