"""How far redriving has come in one partition of the dead letters; pure.

It is kept where consumer groups keep it: the committed offset says which letters have been looked
at, the offset's metadata which of them were passed over by a filter and wait still. A cluster
forgets it some days after the last redrive; letters that are older than that, when nothing is
known, count as unknown, since they may have gone back already.
"""

import re
from typing import Final, Self

from omnistate.adapters.kafka.admin.committed_offsets import CommittedOffset

# Below the broker's offset.metadata.max.bytes of 4,096.
METADATA_BYTES_MAX: Final = 4_000
_RANGE: Final = re.compile(r"(\d+)-(\d+)")
_UNKNOWN: Final = re.compile(r"unknown<(\d+)")

Range = tuple[int, int]


class RedriveProgress:
    """Letters are handled in the order of their offsets from `start` on: settled or skipped."""

    def __init__(self, next_: int, waiting: list[Range] | None = None, unknown: int = 0) -> None:
        """All from `next_` on wait, and those in `waiting`; nothing is known below `unknown`."""
        self.next = next_
        self.unknown = unknown
        self._before = waiting or []
        self._skipped: list[Range] = []
        self._cursor = 0
        self._joining = False

    @classmethod
    def decode(cls, committed: CommittedOffset) -> Self:
        """What a commit says; metadata of somebody else's say nothing."""
        unknown = _UNKNOWN.search(committed.metadata)
        waiting = [(int(a), int(b)) for a, b in _RANGE.findall(committed.metadata)]
        return cls(committed.offset, waiting, int(unknown[1]) if unknown else 0)

    def encode(self) -> CommittedOffset:
        """What to commit."""
        words = [f"unknown<{self.unknown}"] if self.unknown else []
        words += [f"{first}-{last}" for first, last in self.waiting]
        return CommittedOffset(self.next, " ".join(words))

    @property
    def waiting(self) -> list[Range]:
        """Ranges of offsets, both ends included, that were looked at and wait still."""
        left = [(max(a, self._cursor), b) for a, b in self._before if b >= self._cursor]
        return self._skipped + left

    @property
    def start(self) -> int:
        """The first offset that may wait."""
        return min((first for first, _ in self.waiting), default=self.next)

    @property
    def full(self) -> bool:
        """Whether too many parts were skipped for one more to be remembered."""
        return len(self.encode().metadata) > METADATA_BYTES_MAX - 50

    def waits(self, offset: int) -> bool:
        """Whether the letter at an offset has not gone back yet, as far as is known."""
        return offset >= self.next or any(a <= offset <= b for a, b in self.waiting)

    def include_unknown(self) -> None:
        """Let the letters of which nothing is known wait, too."""
        if self.unknown:
            self._before.insert(0, (0, self.unknown - 1))
            self.unknown = 0

    def settle(self, offset: int) -> None:
        """The letter at an offset has gone back, now or before, or never will."""
        self._joining = False
        self._pass(offset)

    def skip(self, offset: int) -> None:
        """The letter at an offset is left for another time."""
        if self._joining:
            # Between two letters in a row there are only the log's own records.
            self._skipped[-1] = (self._skipped[-1][0], offset)
        else:
            self._skipped.append((offset, offset))
        self._joining = True
        self._pass(offset)

    def _pass(self, offset: int) -> None:
        self._cursor = offset + 1
        self.next = max(self.next, offset + 1)
