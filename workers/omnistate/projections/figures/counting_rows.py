"""The rows of the figures' two tables: JSON, of which the version is the first member.

Edition 1's do not say it: a conversation's begins with its partition, a window's is its counts.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from omnistate.core.row_version import ROW_VERSION, NewerVersion
from omnistate.projections.figures.service_figures import Counts, Memory

# How many members of `Memory` each version has; later ones are appended, and have a default.
MEMBERS: Final = {1: 6, 2: 6, 3: 7}
_OF_FIRST: Final = 1 + MEMBERS[1]


class MemoryRow(NamedTuple):
    """What is remembered of a conversation, and in which partition it lies."""

    version: int
    partition: int
    memory: Memory


class CountsRow(NamedTuple):
    """What was counted in one window at one place."""

    version: int
    counts: Counts


def encode_memory(row: MemoryRow) -> list[Any]:
    """The row, in its version."""
    return [row.version, row.partition, *row.memory.to_row()[: MEMBERS[row.version]]]


def decode_memory(row: Sequence[Any]) -> MemoryRow:
    """The row of any version up to the present one. Raises NewerVersion."""
    if len(row) == _OF_FIRST:
        return MemoryRow(1, row[0], Memory.from_row(row[1:]))
    return MemoryRow(_check(row[0]), row[1], Memory.from_row(row[2:]))


def encode_counts(row: CountsRow) -> list[Any]:
    """The row, in its version."""
    return [row.version, row.counts]


def decode_counts(row: "Sequence[Any] | Mapping[str, int]") -> CountsRow:
    """The row of any version up to the present one. Raises NewerVersion."""
    if isinstance(row, Mapping):
        return CountsRow(1, dict(row))
    return CountsRow(_check(row[0]), row[1])


def _check(version: int) -> int:
    if version > ROW_VERSION:
        raise NewerVersion(version)
    return version
