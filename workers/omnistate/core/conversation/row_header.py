"""The first members of a conversation's row: all that an index over rows asks for.

It stays interpreted where `row` is compiled: msgspec reads how the class is declared.
"""

from typing import Final

import msgspec

from omnistate.core.conversation.stages import Stage


class RowHeader(msgspec.Struct, array_like=True, gc=False):
    """A row's version, its stage, its earliest deadline in epoch milliseconds, and its settings."""

    version: int
    stage: Stage
    due_ms: int | None
    settings_key: bytes


# Of a row of version 2 or later. Raises msgspec.DecodeError where it is no row.
read_header: Final = msgspec.msgpack.Decoder(RowHeader).decode
_HEAD1: Final = b"\xdc\x00\x1d"


def version_of(row: bytes) -> int:
    """The version of a row. Raises msgspec.DecodeError where it is no row."""
    return 1 if row.startswith(_HEAD1) else read_header(row).version
