"""The headers of usual records: which content mode they say, judged once for all that are alike.

A part of the shortcut: whatever could mean something else than it seems is left to the full
decoding. It knows no value of an attribute.
"""

from typing import Final

from omnistate.stream.cloudevents import RECORD_BYTES_MAX, STRUCTURED, is_json, media_type_of
from omnistate.stream.ports import Headers

NEEDED: Final = frozenset(
    ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
)
# Those whose values are looked at; those of others mean nothing here.
_OURS: Final = NEEDED | {"ce_traceparent", "ce_tracestate"}
# These could say something of the value.
_OF_THE_VALUE: Final = frozenset(("ce_partitionkey", "ce_data", "ce_data_base64"))
# Gateways and desktops have few libraries, each with names and a content type of its own.
LAYOUTS_KEPT: Final = 256
HEADERS_MAX: Final = 32
NAMES_LENGTH_MAX: Final = 1_024
CONTENT_TYPES_KEPT: Final = 64
CONTENT_TYPE_BYTES_MAX: Final = 128


# What a record's headers say of it: look closer; the event is all in the value; in binary mode.
_ODD: Final = 0
_WHOLE: Final = 1
_BINARY: Final = 2
NOTHING: Final[dict[str, bytes]] = {}


class HeaderLayout:
    """What the names of a record's headers say, whatever their values."""

    __slots__ = ("_attributes", "_binary", "_odd", "modes", "room")

    def __init__(self, names: tuple[str, ...]) -> None:
        """Names are those of one record; each is there once."""
        others = [(name, name.lower()) for name in names if name not in _OURS]
        attributes = [(name, lower) for name, lower in others if lower[:3] == "ce_"]
        # How many bytes their values may have.
        self.room = RECORD_BYTES_MAX - sum(len(name) for name in names)
        self._attributes = bool(attributes) or not _OURS.isdisjoint(names)
        self._binary = NEEDED.issubset(names)
        self._odd = any(
            name != lower or name in _OF_THE_VALUE for name, lower in attributes
        ) or any(name != lower == "content-type" for name, lower in others)
        # By content type.
        self.modes: dict[bytes | None, int] = {}

    def judge(self, content_type: bytes | None) -> int:
        """What records say that have these names and this content type."""
        mode = self._judge(content_type)
        if content_type is None or len(content_type) <= CONTENT_TYPE_BYTES_MAX:
            if len(self.modes) >= CONTENT_TYPES_KEPT:
                self.modes.clear()
            self.modes[content_type] = mode
        return mode

    def _judge(self, content_type: bytes | None) -> int:
        media_type = None
        if content_type is not None:
            try:
                media_type = media_type_of(content_type.decode())
            except UnicodeDecodeError:
                return _ODD
            if media_type != STRUCTURED and not is_json(media_type):
                return _ODD
        if self._odd:
            return _ODD
        if not self._attributes:
            return _WHOLE if media_type in (None, STRUCTURED) else _ODD
        if media_type == STRUCTURED:
            return _WHOLE
        return _BINARY if self._binary else _ODD


_LAYOUTS: Final[dict[tuple[str, ...], HeaderLayout]] = {}


def sort_headers(headers: Headers) -> dict[str, bytes] | None:
    """The headers of an event in binary mode, by name; empty: the event is all in the value.

    None where these headers ask for a closer look.
    """
    found: dict[str, bytes] = dict(headers)  # type: ignore[arg-type]
    names = tuple(found)
    layout = _LAYOUTS.get(names)
    if layout is None:
        layout = _keep_layout(names)
    if len(names) != len(headers):
        return None
    try:
        texts = b"".join(found.values())
    except TypeError:
        # A header without a value is as if it were not there.
        return None
    content_type = found.get("content-type")
    mode = layout.modes.get(content_type)
    if mode is None:
        mode = layout.judge(content_type)
    if mode == _ODD or len(texts) > layout.room:
        return None
    return found if mode == _BINARY else NOTHING


def _keep_layout(names: tuple[str, ...]) -> HeaderLayout:
    layout = HeaderLayout(names)
    length = RECORD_BYTES_MAX - layout.room
    if len(names) <= HEADERS_MAX and length <= NAMES_LENGTH_MAX:
        if len(_LAYOUTS) >= LAYOUTS_KEPT:
            _LAYOUTS.clear()
        _LAYOUTS[names] = layout
    return layout
