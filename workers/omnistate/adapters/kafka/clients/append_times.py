"""What time it is at each broker at least, learnt from the append times of acknowledgements; pure.

Two records on different topics are applied in the order of their append times, and on equal ones
the record of the earlier topic goes first. So whoever wants an order must sometimes wait until the
broker that appends next is past a time; its clock may be behind that of the one that appended last.
"""

from collections.abc import Hashable
from typing import Final

# Clocks run apart: no faster than this, however bad they are.
SLOWEST: Final = 0.999


class AppendTimes:
    """Lower bounds of brokers' clocks. All times are milliseconds; ours are monotonic."""

    def __init__(self) -> None:
        """Nothing is known."""
        # Broker -> an append time of it, and our time when we heard of it.
        self._seen: dict[Hashable, tuple[int, float]] = {}

    def observe(self, broker: Hashable, append_ms: int, now_ms: float) -> None:
        """The broker has appended a record at `append_ms`, its time, before `now_ms`, ours."""
        seen = self._seen.get(broker)
        if seen is None or append_ms >= _bound_ms(seen, now_ms):
            self._seen[broker] = (append_ms, now_ms)

    def wait_ms(self, broker: Hashable, until_ms: int, now_ms: float) -> float:
        """How long until the broker's clock surely shows `until_ms`; 0 where it does already.

        A broker that has not appended yet is taken to be as late as the latest that has.
        """
        if not self._seen:
            return 0.0
        known = [self._seen[broker]] if broker in self._seen else self._seen.values()
        bound_ms = min(_bound_ms(seen, now_ms) for seen in known)
        return max(0.0, (until_ms - bound_ms) / SLOWEST)


def _bound_ms(seen: tuple[int, float], now_ms: float) -> float:
    append_ms, seen_ms = seen
    return append_ms + (now_ms - seen_ms) * SLOWEST
