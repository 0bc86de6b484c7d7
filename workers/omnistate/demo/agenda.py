"""The simulated clock, the agenda of who acts when, the one source of chance, and the outbox.

It knows nothing of contact centres, and it must never ask a real clock.
"""

import math
from collections.abc import Callable
from heapq import heappop, heappush
from random import Random
from typing import Any

from omnistate_schemas.times import format_time

Event = dict[str, Any]
Action = Callable[..., object]

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000


class Agenda:
    """What will happen, in order of time and, at one instant, of entry."""

    def __init__(self, seed: int, start_ms: int, end_ms: int) -> None:
        self.random = Random(seed)
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.now_ms = start_ms
        self._acted_ms = start_ms - 1
        self._entries: list[tuple[int, int, Action, tuple[Any, ...]]] = []
        self._entry_count = 0
        self._event_count = 0
        self._outbox: list[Event] = []

    def next_at_ms(self) -> int | None:
        """When the next entry happens, or None when there is none.

        Each has a millisecond of its own, so that no order is left to the log's rule for ties.
        """
        return max(self._entries[0][0], self._acted_ms + 1) if self._entries else None

    def act(self) -> list[Event]:
        """Perform the next entry; what it published, in order."""
        at_ms = self.next_at_ms()
        if at_ms is None:
            return []
        _, _, action, arguments = heappop(self._entries)
        self.now_ms = self._acted_ms = at_ms
        action(*arguments)
        published, self._outbox = self._outbox, []
        return published

    def pass_to(self, now_ms: int) -> None:
        """It is so late now, since others have acted: whatever comes next comes later."""
        self._acted_ms = max(self._acted_ms, now_ms)

    def observe_at(self, output_ms: int) -> None:
        """Set the clock to an output's instant.

        An output later than the last act is a timer's, on the way to the next entry: whatever it
        leads to can then not happen before that entry.
        """
        next_ms = self.next_at_ms()
        if output_ms > self._acted_ms and next_ms is not None:
            self.now_ms = max(output_ms, next_ms)
        else:
            self.now_ms = max(output_ms, self._acted_ms)

    def at(self, at_ms: float, action: Action, *arguments: Any) -> None:
        """Enter an action; it is later than now, and after the day's end it never happens."""
        due_ms = max(int(at_ms), self.now_ms + 1)
        if due_ms >= self.end_ms:
            return
        self._enter(due_ms, action, arguments)

    def after(self, delay_ms: float, action: Action, *arguments: Any) -> None:
        """Enter an action some milliseconds from now."""
        self.at(self.now_ms + delay_ms, action, *arguments)

    def at_the_end(self, action: Action) -> None:
        """Enter the day's last action."""
        self._enter(self.end_ms, action, ())

    def publish(
        self,
        source: str,
        event_type: str,
        subject: str,
        data: dict[str, Any],
        happened_ms: int | None = None,
    ) -> Event:
        """Put a CloudEvent into the outbox; the event, for repeats of it.

        It is of this instant, or of an earlier one. `subject` is a conversation's id, or, of
        presence, a representative's.
        """
        self._event_count += 1
        event: Event = {
            "specversion": "1.0",
            "id": f"evt-{self._event_count:06d}",
            "source": source,
            "type": event_type,
            "subject": subject,
            "time": format_time(self.now_ms if happened_ms is None else happened_ms),
            "data": data,
        }
        self._outbox.append(event)
        return event

    def repeat(self, event: Event) -> None:
        """Publish an event once more under its own id, as a double click does."""
        self._outbox.append({**event, "time": format_time(self.now_ms)})

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self.random.random() < probability

    def spread_ms(self, median_ms: float, sigma: float = 0.5) -> float:
        """A human duration: around the median, sometimes much longer, at most eight medians."""
        return min(self.random.lognormvariate(math.log(median_ms), sigma), 8 * median_ms)

    def between_ms(self, low_ms: float, high_ms: float) -> float:
        """A duration anywhere between the two."""
        return self.random.uniform(low_ms, high_ms)

    def _enter(self, at_ms: int, action: Action, arguments: tuple[Any, ...]) -> None:
        self._entry_count += 1
        heappush(self._entries, (at_ms, self._entry_count, action, arguments))
