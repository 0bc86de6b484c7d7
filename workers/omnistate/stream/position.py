"""How far a partition has come: its clock, and the next offset of each of its inputs.

Written with every batch into the table `positions`, in the batch's own transaction. That makes the
tables the truth about what they contain, whatever becomes of the consumer group's offsets, and its
history the record of how the inputs were cut into batches.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from omnistate.core.row_version import FIRST_WRITTEN, ROW_VERSION, NewerVersion

POSITIONS: Final = "positions"
POSITION_KEY: Final = b"position"
# The header of an empty record that only fills an input up to its position.
FILLER: Final = "omnistate-filler"


class Position(NamedTuple):
    """`clock_ms` is epoch milliseconds, None before the first event.

    `rows` counts those of each table, so that a changelog that has lost some is noticed; None in a
    position of edition 1. `version` is that in which the rows were written with it. `topic_ids`
    tell each input topic from another one of the same name; None where the log does not know, or
    did not yet.
    """

    clock_ms: int | None
    offsets: dict[str, int]
    rows: dict[str, int] | None = None
    version: int = ROW_VERSION
    topic_ids: Mapping[str, str] | None = None


class _Row(msgspec.Struct, frozen=True, omit_defaults=True):
    clock_ms: int | None
    version: int = 1
    # Another name than edition 1's, which must not take these tables over.
    next_offsets: dict[str, int] | None = None
    rows: dict[str, int] | None = None
    offsets: dict[str, int] | None = None
    topic_ids: Mapping[str, str] | None = None


_ENCODE: Final = msgspec.json.Encoder().encode
_DECODE: Final = msgspec.json.Decoder(_Row).decode


def encode_position(position: Position) -> bytes:
    """The row: JSON, so that an operator can read it with any console consumer.

    It says the position's own version, or the first that can be written.
    """
    clock_ms, offsets, rows, version, topic_ids = position
    version = max(version, FIRST_WRITTEN)
    return _ENCODE(_Row(clock_ms, version, offsets, rows, topic_ids=topic_ids or None))


def decode_position(row: bytes) -> Position:
    """The position of a row, of this version or of any before.

    Raises NewerVersion, and msgspec.DecodeError where it is none.
    """
    found = _DECODE(row)
    if found.version > ROW_VERSION:
        raise NewerVersion(found.version)
    offsets = found.offsets if found.version == 1 else found.next_offsets
    if offsets is None:
        raise msgspec.ValidationError("a position without offsets")
    return Position(found.clock_ms, offsets, found.rows, found.version, found.topic_ids)


def find_loss(position: Position, rows: Mapping[str, int]) -> str | None:
    """What the tables lack by their last position; None where they are whole, or where it is old.

    `rows` counts what was restored, by table. No compaction takes a key's last value away, so the
    numbers are the same or a changelog is not what it was.
    """
    lacking = [
        f"{table}: {rows.get(table, 0)} rows instead of {count}"
        for table, count in (position.rows or {}).items()
        if rows.get(table, 0) != count
    ]
    return ", ".join(lacking) or None


def find_remade(position: Position, topic_ids: Mapping[str, str]) -> str | None:
    """The first input topic that is another one than `position` is of; None where none is.

    One that either does not know the id of may be the same.
    """
    for topic, known in (position.topic_ids or {}).items():
        if topic_ids.get(topic, known) != known:
            return topic
    return None
