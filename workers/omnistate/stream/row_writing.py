"""In which version a partition's rows are written: the former one's until it is told to switch.

A worker keeps rows of the present version alone, and decides by these; what it writes is carried
over here, on the way out. A partition's version never goes back: some of its rows may be newer.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from omnistate.core.row_version import (
    CONVERSATION,
    COUNTER,
    HOLDINGS,
    ROW_VERSION,
    SETTINGS,
    TOTALS,
    WRITABLE,
    RowLayout,
)
from omnistate.stream.ports import Write
from omnistate.stream.position import (
    POSITION_KEY,
    POSITIONS,
    Position,
    decode_position,
    encode_position,
)

# By table; positions, which are JSON, say their version in a member.
LAYOUTS: Final[dict[str, RowLayout]] = {
    "conversations": CONVERSATION,
    "counters": COUNTER,
    "settings": SETTINGS,
    "totals": TOTALS,
    "holdings": HOLDINGS,
}


def version_to_write(position: Position | None, asked: int | None) -> int:
    """The version to write a partition's rows in, given its last position and what is asked for.

    Unless something is asked for it is that of its rows, where that can still be written, and the
    present one where there are none yet.
    """
    if position is None:
        return asked or ROW_VERSION
    return max(position.version, asked or 0, WRITABLE[0])


def write_position(
    clock_ms: int | None,
    offsets: dict[str, int],
    rows: Mapping[str, int],
    topic_ids: Mapping[str, str] | None,
) -> Write:
    """A position by itself; `rows` counts those of each table, `topic_ids` are the inputs'."""
    position = Position(clock_ms, offsets, dict(rows), topic_ids=topic_ids)
    return Write(POSITIONS, POSITION_KEY, encode_position(position))


def write_as(version: int, writes: Sequence[Write]) -> Sequence[Write]:
    """The rows of the present version as `version`, the present or the former one, has them.

    Raises NotWritable where that would lose something.
    """
    if version == ROW_VERSION:
        return writes
    return [write if write.value is None else _write_as(version, write) for write in writes]


def _write_as(version: int, write: Write) -> Write:
    assert write.value is not None
    if write.table == POSITIONS:
        position = decode_position(write.value)
        return write._replace(value=encode_position(position._replace(version=version)))
    return write._replace(value=LAYOUTS[write.table].downgrade(write.value, version))
