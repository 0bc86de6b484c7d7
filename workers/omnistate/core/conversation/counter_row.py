"""The row of one representative's counter as bytes: only its layout, which changelogs keep."""

from typing import Final

import msgspec

from omnistate.core.conversation.context import Counter
from omnistate.core.row_version import COUNTER, ROW_VERSION

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(tuple[int, int, int, dict[str, int]]).decode
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_VERSION: Final = ROW_VERSION
_UPGRADE: Final = COUNTER.upgrade


def encode_counter(counter: Counter) -> bytes:
    """The row of a counter as bytes."""
    return _ENCODE((_VERSION, counter.sequence, counter.units, counter.profiles))


def decode_counter(row: bytes) -> Counter:
    """The counter of a row. Raises msgspec.DecodeError where it is none."""
    _, sequence, units, profiles = _DECODE(_UPGRADE(row))
    return Counter(sequence, units, profiles)
