"""A trail: what lies on a topic, record by record, in 16 bytes each, for a later comparison.

It keeps a digest of key, value and headers, and the offset. It cannot say what a record was.
"""

from array import array

from omnistate.audit.findings import Side
from omnistate.stream.ports import Headers, Record


def digest(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """64 bits, which two different records share once in 2**64 pairs; of this process only."""
    return hash((key, value, headers))


class Trail:
    """One stream of one partition's outputs, in its order, and how far a comparison has come."""

    __slots__ = ("_digests", "_index", "_offsets", "broken", "partition", "settled", "topic")

    def __init__(self, topic: str, partition: int, *, lacking: bool = False) -> None:
        """Nothing is on it yet; `lacking`: its beginning is gone, so nothing can be compared."""
        self.topic = topic
        self.partition = partition
        self._digests = array("q")
        self._offsets = array("q")
        self._index = 0
        # How many are within the cut for certain; those after them are tied.
        self.settled = 0
        # A difference was found, or its beginning is gone: what follows proves nothing more.
        self.broken = lacking

    def __len__(self) -> int:
        """How many records it has."""
        return len(self._offsets)

    def append(self, record: Record, side: Side) -> None:
        """One more record; one that is beyond the cut is left out."""
        if side is Side.BEYOND:
            return
        self._digests.append(digest(record.key, record.value, record.headers))
        self._offsets.append(record.offset)
        if side is Side.WITHIN:
            self.settled = len(self._offsets)

    def follow(self, expected: int) -> bool:
        """Whether the next record is the expected one; if so, go on to the one after it."""
        if self._index < len(self._digests) and self._digests[self._index] == expected:
            self._index += 1
            return True
        return False

    @property
    def compared(self) -> int:
        """How many records were as expected."""
        return self._index

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self._index == len(self._offsets)

    @property
    def is_settled(self) -> bool:
        """Whether the next record is within the cut for certain."""
        return self._index < self.settled

    @property
    def offset(self) -> int:
        """Where the next record lies; after the last one where nothing is left."""
        if not self.exhausted:
            return self._offsets[self._index]
        return self._offsets[-1] + 1 if self._offsets else 0
