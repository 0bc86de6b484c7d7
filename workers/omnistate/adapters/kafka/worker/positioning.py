"""Where to read on, given where a partition begins and ends: the one judge of every position.

Never silently from the beginning: a position that the log does not have any more is said, one that
it never had stops the partition.
"""

from typing import NamedTuple

from omnistate.stream.outcome import PartitionStopped


class LogBounds(NamedTuple):
    """The first offset that is there, and the one behind the last."""

    beginning: int
    end: int


class Start(NamedTuple):
    """Where to read on, and how many offsets before it are gone."""

    offset: int
    gone: int


def find_start(place: str, position: int, bounds: LogBounds) -> Start:
    """Where to read on at a topic's `place`. Raises PartitionStopped: it ends before `position`."""
    if position > bounds.end:
        raise PartitionStopped(
            "truncated",
            f"{place} ends at offset {bounds.end}, but was read up to {position}: it was truncated "
            "or made anew, and what it holds now must not be read as what follows; "
            f"omnistate inputs adopt --topic {place.partition('/')[0]} goes on with it",
        )
    offset = max(position, bounds.beginning)
    return Start(offset, offset - position)
