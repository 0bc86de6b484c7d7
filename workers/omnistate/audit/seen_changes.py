"""What the audit remembers of a representative's changes: for each partition the last one taken.

It judges nothing: the law of totals does.
"""

from typing import NamedTuple

import msgspec

from omnistate.audit.totals_rows import PartitionShare


class SeenChange(NamedTuple):
    """A change that the worker has taken, at (topic, partition, offset)."""

    place: tuple[str, int, int]
    share: PartitionShare


class SeenChanges(msgspec.Struct, gc=False):
    """What was seen of one representative's changes, by the engine's partition."""

    taken: dict[int, SeenChange] = {}
    # Partitions of which the change that the row names was found.
    found: set[int] = set()
    # Whether there are changes that the worker has not come to.
    behind: bool = False

    def take(self, number: int, change: SeenChange) -> None:
        """Keep a change of partition `number`, unless one as new is known: it may be a repeat."""
        before = self.taken.get(number)
        if before is None or before.share.sequence < change.share.sequence:
            self.taken[number] = change
