"""Inputs that stand still because somebody's transaction on them stays open.

What lies behind it may be earlier than anything of the other input, so nothing is read past it. It
looks at where the partitions stand, and says so once; it waits for nothing.
"""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from omnistate.adapters.kafka.internals.fetching import Standing

# Transactions of producers that are well end within this.
SAID_AFTER_S: Final = 10.0

# Topic, and the offset that is waited at.
Report = Callable[[str, int], None]


class HoldUp(NamedTuple):
    """An input, the offset that it stands at, and for how long."""

    topic: str
    offset: int
    seconds: float


class HoldUps:
    """Of one partition's inputs."""

    def __init__(self, report: Report) -> None:
        """`report` is told once of each that lasts."""
        self._report = report
        # Topic -> offset, since when by the monotonic clock, and whether it was said.
        self._found: dict[str, tuple[int, float, bool]] = {}

    def look(self, topic: str, standing: Standing) -> None:
        """An input has just been fetched from."""
        position, stable_end, end = standing
        if position is None or not 0 <= stable_end <= position < end:
            self._found.pop(topic, None)
            return
        offset, since_s, said = self._found.get(topic, (position, time.monotonic(), False))
        if offset != position:
            offset, since_s, said = position, time.monotonic(), False
        if not said and time.monotonic() - since_s >= SAID_AFTER_S:
            said = True
            self._report(topic, offset)
        self._found[topic] = offset, since_s, said

    def forget(self) -> None:
        """Nothing is read any more, or from elsewhere."""
        self._found.clear()

    @property
    def longest(self) -> HoldUp | None:
        """The one that has lasted longest."""
        now_s = time.monotonic()
        found = [
            HoldUp(topic, offset, now_s - since_s)
            for topic, (offset, since_s, _) in self._found.items()
        ]
        return max(found, key=lambda each: each.seconds, default=None)
