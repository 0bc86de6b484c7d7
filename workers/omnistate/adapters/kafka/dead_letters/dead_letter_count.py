"""How many dead letters there are, counted as records.

Offsets would say too many: a letter is written in a transaction, whose marker takes an offset, too.
What has been counted is not read again; of a long backlog only the newest part is read at all.
"""

from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from typing import Final, Protocol

from omnistate_schemas.vocabulary import DEAD_LETTERS

from omnistate.stream.ports import Record

# Offsets of a partition further back are taken for a letter each.
READ_MAX: Final = 10_000


class Reader(Protocol):
    """What this needs of `omnistate.adapters.kafka.records.topic_reader.KafkaReader`."""

    async def beginnings(self, topic: str) -> Sequence[int]:
        """The first offset that each partition still has."""

    async def ends(self, topic: str) -> Sequence[int]:
        """The offset after the last record of each partition."""

    def records(
        self, topic: str, partition: int, start: int, end: int
    ) -> AsyncIterator[Sequence[Record]]:
        """The committed records from `start` to before `end`."""


class DeadLetterCount:
    """Remembers what it has counted; one for each cluster."""

    def __init__(self) -> None:
        """Nothing has been counted."""
        self._partitions: dict[int, _Counted] = {}

    async def count(self, reader: Reader) -> int:
        """How many there are now. Raises LogUnavailable."""
        total = 0
        bounds = zip(
            await reader.beginnings(DEAD_LETTERS), await reader.ends(DEAD_LETTERS), strict=True
        )
        for number, (beginning, end) in enumerate(bounds):
            counted = self._partitions.get(number)
            if counted is None or end < counted.upto:
                # New to us, or begun anew.
                counted = self._partitions[number] = _Counted(max(beginning, end - READ_MAX))
            start = max(counted.upto, beginning)
            async for records in reader.records(DEAD_LETTERS, number, start, end):
                counted.offsets.extend(each.offset for each in records)
                counted.upto = records[-1].offset + 1
            counted.upto = end
            total += counted.since(beginning)
        return total


class _Counted:
    """What is known of one partition."""

    def __init__(self, start: int) -> None:
        self.start = self.upto = start
        self.offsets = array("q")

    def since(self, beginning: int) -> int:
        """How many there are from an offset on; older ones have been deleted and are forgotten."""
        del self.offsets[: bisect_left(self.offsets, beginning)]
        return max(self.start - beginning, 0) + len(self.offsets)
