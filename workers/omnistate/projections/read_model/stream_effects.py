"""What changes of conversations add to the stream of changes.

The stream is for live boards; whoever wants more reads the topic. It says nothing of where
conversations stand, and may be ahead of the rest of the model by a moment, or behind it.

It is bounded in changes and in bytes. A long event stands there without its lists and attributes,
which each change of a conversation repeats; where events are long all the same, fewer are kept.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from omnistate.projections.keys import Command, Keys
from omnistate.projections.read_model.output_records import Change

STREAM_LENGTH: Final = 10_000
# Some ten times as many are there at the very worst: long ones among short ones.
STREAM_BYTES: Final = 16_777_216
# The longest event that keeps its lists; without any, one has some 1,400 bytes.
WHOLE_BYTES: Final = 4_096

_Members = dict[str, msgspec.Raw]
_EVENT: Final = msgspec.json.Decoder(_Members)


def stream_changes(keys: Keys, changes: Iterable[Change]) -> list[Command]:
    """What puts the changes into the stream, in the order of their partition."""
    texts = [_shorten(change.text) for change in changes]
    longest = max((len(text.encode()) for text in texts), default=1)
    length = str(min(STREAM_LENGTH, max(STREAM_BYTES // longest, 1)))
    return [("XADD", keys.changes, "MAXLEN", "~", length, "*", "event", text) for text in texts]


def _shorten(text: str) -> str:
    """The event; a long one without lists and attributes, as if they were empty."""
    if len(text) <= WHOLE_BYTES and len(text.encode()) <= WHOLE_BYTES:
        return text
    members = _EVENT.decode(text)
    data = msgspec.json.decode(members["data"], type=_Members)
    kept = {
        name: value
        for name, value in data.items()
        if name != "attributes" and not bytes(value).startswith(b"[")
    }
    members["data"] = msgspec.Raw(msgspec.json.encode(kept))
    return msgspec.json.encode(members).decode()
