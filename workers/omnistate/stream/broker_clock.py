"""What time it is at the brokers, since only their clock counts.

Told by append times that come back with acknowledgements, and carried on by the monotonic clock:
a worker whose own clock is wrong fires no timer early or late. It may be slow by the time that an
acknowledgement takes, never fast.
"""

import time


class BrokerClock:
    """The last append time that was acknowledged, and how long ago."""

    def __init__(self) -> None:
        """Unknown until the first acknowledgement."""
        self._append_ms: int | None = None
        self._seen_s = 0.0

    def observe(self, append_ms: int) -> None:
        """A broker has just acknowledged a record with this append time, epoch milliseconds."""
        self._append_ms = append_ms
        self._seen_s = time.monotonic()

    def now_ms(self) -> int | None:
        """The brokers' time, epoch milliseconds; None before the first acknowledgement."""
        if self._append_ms is None:
            return None
        return self._append_ms + int((time.monotonic() - self._seen_s) * 1_000)
