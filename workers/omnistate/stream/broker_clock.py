"""What time it is at the brokers, since only their clocks count.

Told by append times that come back with acknowledgements, and carried on by the monotonic clock:
a worker whose own clock is wrong fires no timer early or late. It may be slow by the time that an
acknowledgement takes, never fast. Each broker has a clock of its own, and may be wrong by itself.
"""

import time
from collections.abc import Hashable
from typing import Final

# Further ahead of every broker's clock, a record's time is no time of any broker's.
AHEAD_MS: Final = 300_000


class BrokerClock:
    """The last append time that each broker acknowledged, and how long ago.

    `of_one` gives a partition its own: it goes by the broker that acknowledged last there.
    """

    def __init__(self, seen: dict[Hashable, tuple[int, float]] | None = None) -> None:
        """Unknown until the first acknowledgement, or what others have `seen`, by broker."""
        self._seen: dict[Hashable, tuple[int, float]] = {} if seen is None else seen
        self._own: Hashable = None

    def of_one(self) -> "BrokerClock":
        """One that knows the same brokers, and goes by another of them."""
        return BrokerClock(self._seen)

    def observe(self, append_ms: int, broker: Hashable = None) -> None:
        """A broker has just acknowledged a record with this append time, epoch milliseconds."""
        self._own = broker
        self._seen[broker] = append_ms, time.monotonic()

    def now_ms(self) -> int | None:
        """The time of the broker that acknowledged last, epoch milliseconds.

        Before it did: the earliest of those that are known; None where none is.
        """
        own = self._seen.get(self._own)
        seen = self._seen.values() if own is None else (own,)
        return min(map(_now_ms, seen), default=None)

    def latest_ms(self) -> int | None:
        """The latest of all brokers' times, epoch milliseconds; None where none is known."""
        return max(map(_now_ms, self._seen.values()), default=None)


def _now_ms(seen: tuple[int, float]) -> int:
    append_ms, seen_s = seen
    return append_ms + int((time.monotonic() - seen_s) * 1_000)
