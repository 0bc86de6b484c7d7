"""Where an audit reads the read model from: its keys, each as of known offsets.

A protocol in plain values; the one over Redis is `omnistate.adapters.redis.contents`. Names are
without TOPIC_PREFIX.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

# Topic and partition → the next offset.
Offsets = Mapping[tuple[str, int], int]
# A hash, a sorted set, a set.
Value = Mapping[str, str] | Mapping[str, float] | AbstractSet[str]
# When it goes, in milliseconds since the epoch; None where it stays.
Stored = tuple[Value, int | None]


class ModelSource(Protocol):
    """Reads only. Each may raise what the store raises where it cannot answer."""

    async def begin(self) -> tuple[int, Offsets, Mapping[str, str]]:
        """The time in milliseconds; then, as of one moment, offsets and `omnistate:counts`."""

    def names(self) -> AsyncGenerator[Sequence[str], None]:
        """The names of all keys but offsets, counts, the stream, lists and figures.

        Whatever is there from the beginning to the end is named, perhaps more than once.
        """

    async def read(self, names: Sequence[str]) -> tuple[Offsets, Mapping[str, Stored]]:
        """As of one moment, offsets and those of these keys that are there."""
