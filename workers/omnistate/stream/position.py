"""How far a partition has come: its clock, and the next offset of each of its inputs.

Written with every batch into the table `positions`, in the batch's own transaction. That makes the
tables the truth about what they contain, whatever becomes of the consumer group's offsets, and its
history the record of how the inputs were cut into batches.
"""

from typing import Final, NamedTuple

import msgspec

POSITIONS: Final = "positions"
POSITION_KEY: Final = b"position"


class Position(NamedTuple):
    """`clock_ms` is epoch milliseconds, None before the first event."""

    clock_ms: int | None
    offsets: dict[str, int]


class _Row(msgspec.Struct, frozen=True):
    clock_ms: int | None
    offsets: dict[str, int]


_ENCODE: Final = msgspec.json.Encoder().encode
_DECODE: Final = msgspec.json.Decoder(_Row).decode


def encode_position(position: Position) -> bytes:
    """The row: JSON, so that an operator can read it with any console consumer."""
    return _ENCODE(_Row(position.clock_ms, position.offsets))


def decode_position(row: bytes) -> Position:
    """The position of a row. Raises msgspec.DecodeError where it is none."""
    found = _DECODE(row)
    return Position(found.clock_ms, found.offsets)
