"""Which keys of a partition are over, told without looking through all of them; pure.

It holds keys, not values, and deletes nothing: whoever owns the table does.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from heapq import heappop, heappush
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Expiry(Generic[Key]):
    """Keys by the time (ms) from which on nobody needs them, each partition by itself.

    A partition's clock is its own records' time: a partition that is read late expires late.
    """

    def __init__(self) -> None:
        """Nothing is known."""
        self._heaps: defaultdict[int, list[tuple[int, int, Key]]] = defaultdict(list)
        self._added = 0

    def add(self, partition: int, over_ms: int, key: Key) -> None:
        """`key` is over at `over_ms`."""
        # The number keeps the heap from comparing keys.
        self._added += 1
        heappush(self._heaps[partition], (over_ms, self._added, key))

    def take(self, partition: int, now_ms: int) -> Iterator[Key]:
        """The keys that are over at `now_ms`, the oldest first; they are forgotten here."""
        heap = self._heaps[partition]
        while heap and heap[0][0] <= now_ms:
            yield heappop(heap)[2]

    def clear(self) -> None:
        """Forget every key."""
        self._heaps.clear()
