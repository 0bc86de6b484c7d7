"""The usual forms of an event, read without a look at each member.

A shortcut, never an authority: what it does not take is looked at in full by `decoding`, and what
it takes means the same there. It words no error.

Known members are read in one pass. As many quotation marks as these have: nothing else is there,
and none is repeated. Where there are more (unknown members of the data, extension attributes that
have not been learned) the text is read once more, whole, and they are counted with the others.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, Final

import msgspec
from msgspec import UNSET
from omnistate_schemas.registry import INPUTS

from omnistate.stream.conversation.fast_extensions import Extensions
from omnistate.stream.conversation.fast_structs import EVENTS, DataAlone, events_with
from omnistate.stream.conversation.input_readers import READERS, Fill
from omnistate.stream.json_text import UnusableText, read_object


class Shape:
    """One type of event: its topic, what hands its data to the core, and what it looks like."""

    __slots__ = (
        "data_quotes",
        "decode_data",
        "fill",
        "members",
        "optional",
        "quotes",
        "topic",
        "type",
    )

    def __init__(self, type_: str, topic: str, fill: Fill | None, event: type[msgspec.Struct]):
        """`quotes` are the quotation marks of an event with the members that must be there.

        `data_quotes` are those of its data alone, `optional` the members that may be there beside.
        """
        data: Any = next(each.type for each in msgspec.structs.fields(event) if each.name == "data")
        self.type = type_
        self.topic = topic
        self.fill = fill
        self.quotes = _count_quotes(event) + _QUOTES_OF_TYPE
        self.data_quotes = _count_quotes(data)
        self.members = frozenset(each.encode_name for each in msgspec.structs.fields(data))
        self.optional = tuple(
            each.name for each in msgspec.structs.fields(data) if not each.required
        )
        self.decode_data: Callable[[bytes], Any] = msgspec.json.Decoder(data).decode


# What its type is like, its data, id, source, subject, time, traceparent and tracestate.
Usual = tuple[Shape, Any, str, str, str, str, Any, Any]


def _count_quotes(struct: type[msgspec.Struct]) -> int:
    """Those of all required members: names, and values that are strings."""
    quotes = 0
    for field in msgspec.structs.fields(struct):
        if field.required:
            match msgspec.inspect.type_info(field.type):
                case msgspec.inspect.StructType():
                    quotes += 2 + _count_quotes(field.type)
                case msgspec.inspect.IntType():
                    quotes += 2
                case _:
                    quotes += 4
    return quotes


# `type` is no member of the struct: it says which struct it is.
_QUOTES_OF_TYPE: Final = 4
_QUOTES_OF_TEXT: Final = 4
_QUOTES_OF_NAME: Final = 2
_NEVER: Final = 1 << 30
_SHAPES: Final = {
    name: Shape(name, INPUTS[name].topic, READERS[name][1], event) for name, event in EVENTS.items()
}
SHAPES_BY_TYPE: Final = {name.encode(): shape for name, shape in _SHAPES.items()}
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_UNSET: Final = UNSET
_ASTUPLE: Final = msgspec.structs.astuple
_DECODE_ANY: Final = msgspec.json.Decoder().decode
_DECODE_DATA: Final = msgspec.json.Decoder(DataAlone).decode
_ATTRIBUTES: Final = 10


class EventReader:
    """Reads events in structured mode, and remembers which extension attributes they have."""

    __slots__ = ("_decode", "_extensions", "_known", "_shapes")

    def __init__(self) -> None:
        """No extension is known yet but those that have a meaning here."""
        self._extensions = Extensions()
        self._learn(EVENTS)

    def _learn(self, events: dict[str, type[msgspec.Struct]]) -> None:
        self._known = self._extensions.known
        self._shapes = {event: _SHAPES[name] for name, event in events.items()}
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(
            reduce(or_, events.values())
        ).decode

    def read(self, text: bytes) -> Usual | None:
        """An event in a usual form; None for any other text.

        Its data has the attributes of the type's model; its `time` has not been looked at.
        """
        # Not called as a method, which it is not: that takes longer.
        decode = self._decode
        try:
            event: Any = decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        shape = self._shapes[type(event)]
        # In the order of the struct's own: its data, specversion, id, source, subject, time,
        # datacontenttype, traceparent, tracestate, partitionkey, extensions. One call for all.
        members: tuple[Any, ...] = _ASTUPLE(event)
        data, subject, trace, state = members[0], members[4], members[7], members[8]
        surplus = text.count(b'"') - shape.quotes
        # Where there are no more than must be there, nothing is that need not be there.
        if surplus:
            if members[6] is not _UNSET:
                surplus -= _QUOTES_OF_TEXT
            if trace is not _UNSET:
                surplus -= _QUOTES_OF_TEXT
            if state is not _UNSET:
                surplus -= _QUOTES_OF_TEXT
            if members[9] is not _UNSET:
                if members[9] != subject:
                    return None
                surplus -= _QUOTES_OF_TEXT
            for value in members[_ATTRIBUTES:]:
                if value is not _UNSET:
                    surplus -= _QUOTES_OF_TEXT if type(value) is str else _QUOTES_OF_NAME
            if surplus and shape.optional:
                surplus -= _count_optional(shape, data)
            if surplus and not self._is_of_others(surplus, text, shape):
                return None
        return shape, data, members[2], members[3], subject, members[5], trace, state

    def _is_of_others(self, surplus: int, text: bytes, shape: Shape) -> bool:
        """Whether quotation marks beyond those that are known of are of members without meaning."""
        try:
            # Where all of them are of the data, nothing else is there beside it.
            surplus -= _count_others(_DECODE_DATA(text).data, shape.members)
            if surplus == 0:
                return True
            whole = _DECODE_ANY(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        known = self._known
        if not known.issuperset(whole):
            if "data_base64" in whole:
                return False
            surplus -= _count_others(whole, known)
            if self._extensions.see(whole):
                self._learn(events_with(self._extensions.names))
        return surplus == 0 or _is_sound(text)


def read_usual_data(text: bytes, shape: Shape) -> Any:
    """The data of an event in binary mode, with the attributes of its model; None for others."""
    try:
        data = shape.decode_data(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    surplus = text.count(b'"') - shape.data_quotes
    if surplus and shape.optional:
        surplus -= _count_optional(shape, data)
    if surplus:
        try:
            surplus -= _count_others(_DECODE_ANY(text), shape.members)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        if surplus and not _is_sound(text):
            return None
    return data


def _count_others(members: dict[str, Any], known: frozenset[str]) -> int:
    """The fewest quotation marks that the members have which are not known.

    More than there can be where one is a list or an object: these are for `_is_sound`.
    """
    quotes = 0
    for name, value in members.items():
        if name not in known:
            kind = type(value)
            quotes += _QUOTES_OF_TEXT if kind is str else _QUOTES_OF_NAME
            if kind is list or kind is dict:
                quotes += _NEVER
    return quotes


def _is_sound(text: bytes) -> bool:
    """Whether no member is repeated at any depth, and none lies too deep."""
    try:
        read_object(text)
    except UnusableText:
        return False
    return True


def _count_optional(shape: Shape, data: Any) -> int:
    """The quotation marks of the members that need not be there; an explicit null counts as none.

    So a text with one has more of them than were counted, never fewer.
    """
    quotes = 0
    for name in shape.optional:
        value = getattr(data, name)
        if value is not None:
            quotes += 2
            if type(value) is str:
                quotes += 2
            elif type(value) is list:
                quotes += 2 * len(value)
    return quotes
