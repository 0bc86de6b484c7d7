"""Where a line of input goes: the topic of its type, keyed by its subject; pure.

It looks at no more of an event than that. Whether the event is any good, the engine says.
"""

from typing import Final

import msgspec
from omnistate_schemas.registry import ROUTES

from omnistate.adapters.kafka.records.gateway import Event

# A broker takes 1,048,588 bytes with its default settings, headers and batch included.
LINE_BYTES_MAX: Final = 1_000_000


class Unroutable(ValueError):
    """The line goes nowhere; says why without quoting it."""


class _Address(msgspec.Struct):
    type: str
    subject: str


_DECODER: Final = msgspec.json.Decoder(_Address)


def route(line: bytes) -> Event:
    """The event in a line. Raises Unroutable."""
    if len(line) > LINE_BYTES_MAX:
        raise Unroutable(f"{len(line)} bytes; {LINE_BYTES_MAX} are the most")
    try:
        address = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        raise Unroutable(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unroutable("not JSON") from None
    topic = ROUTES.get(address.type)
    if topic is None:
        raise Unroutable("no such type of event")
    if not address.subject:
        raise Unroutable("the subject is empty")
    return Event(topic, address.subject.encode(), line)
