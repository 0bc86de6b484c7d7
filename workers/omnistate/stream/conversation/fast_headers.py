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
# Those whose values are looked at; of any other attribute they have to be text, no more.
_OURS: Final = NEEDED | {"ce_traceparent", "ce_tracestate"}
# These could say something of the value.
_OF_THE_VALUE: Final = frozenset(("ce_partitionkey", "ce_data", "ce_data_base64"))
# Gateways and desktops have few libraries, each with names and a content type of its own.
LAYOUTS_KEPT: Final = 256
HEADERS_MAX: Final = 32
NAMES_LENGTH_MAX: Final = 1_024
CONTENT_TYPES_KEPT: Final = 64
CONTENT_TYPE_BYTES_MAX: Final = 128


class HeaderLayout:
    """What the names of a record's headers say, whatever their values."""

    __slots__ = ("binary", "extended", "plain", "size", "usual")

    def __init__(self, names: tuple[str, ...]) -> None:
        """`plain`: without any attribute; `binary`: with those that an event needs."""
        others = [(name, name.lower()) for name in names if name not in _OURS]
        attributes = [(name, lower) for name, lower in others if lower[:3] == "ce_"]
        self.size = sum(len(name) for name in names)
        self.binary = NEEDED.issubset(names)
        self.extended = bool(attributes)
        self.plain = not attributes and _OURS.isdisjoint(names)
        self.usual = not any(
            name != lower or name in _OF_THE_VALUE for name, lower in attributes
        ) and not any(name != lower == "content-type" for name, lower in others)


_LAYOUTS: Final[dict[tuple[str, ...], HeaderLayout]] = {}
# Whether it says that the record's value is the whole event; nothing but JSON is kept.
_STRUCTURED: Final[dict[bytes, bool]] = {}
NOTHING: Final[dict[str, bytes]] = {}


def sort_headers(headers: Headers) -> dict[str, bytes] | None:
    """The headers of an event in binary mode, by name; empty: the event is all in the value.

    None where these headers ask for a closer look.
    """
    found: dict[str, bytes] = dict(headers)  # type: ignore[arg-type]
    names = tuple(found)
    layout = _LAYOUTS.get(names)
    if layout is None:
        layout = _keep_layout(names)
    if not layout.usual or len(names) != len(headers):
        return None
    try:
        texts = b"".join(found.values())
    except TypeError:
        # A header without a value is as if it were not there.
        return None
    if len(texts) + layout.size > RECORD_BYTES_MAX:
        return None
    content_type = found.get("content-type")
    if content_type is None:
        structured = False
    else:
        known = _STRUCTURED.get(content_type)
        if known is None:
            known = _keep_content_type(content_type)
        if known is None:
            return None
        structured = known
    if layout.plain:
        return NOTHING if structured or content_type is None else None
    if (structured or layout.extended) and not texts.isascii():
        return None
    if structured:
        return NOTHING
    return found if layout.binary else None


def _keep_layout(names: tuple[str, ...]) -> HeaderLayout:
    layout = HeaderLayout(names)
    if len(names) <= HEADERS_MAX and layout.size <= NAMES_LENGTH_MAX:
        if len(_LAYOUTS) >= LAYOUTS_KEPT:
            _LAYOUTS.clear()
        _LAYOUTS[names] = layout
    return layout


def _keep_content_type(text: bytes) -> bool | None:
    """Whether it is that of a whole event; False: of JSON data; None: of neither."""
    try:
        media_type = media_type_of(text.decode())
    except UnicodeDecodeError:
        return None
    if media_type != STRUCTURED and not is_json(media_type):
        return None
    if len(text) <= CONTENT_TYPE_BYTES_MAX:
        if len(_STRUCTURED) >= CONTENT_TYPES_KEPT:
            _STRUCTURED.clear()
        _STRUCTURED[text] = media_type == STRUCTURED
    return media_type == STRUCTURED
