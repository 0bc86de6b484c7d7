"""State changes of a day, counted into dicts as the figures worker counts into Faust's tables."""

import json
from collections import Counter
from typing import Any

from omnistate.projections.figures.counting import Counting, WindowKey
from omnistate.projections.figures.counting_rows import decode_counts
from omnistate.projections.figures.windows import WINDOW_S
from omnistate_schemas.read_change import ReadStateChanged
from omnistate_schemas.times import format_time, parse_time_ms

from tests.harness.events import make_event
from tests.projections.figure_recount import Event, Figure

# Windows that never get too old, so that all of a day can be added up.
NEVER_MS = 0
BEGIN_MS = parse_time_ms("2026-03-02T09:00:00Z")
# Seconds after the beginning, type, data.
Step = tuple[float, str, dict[str, Any]]


def line(number: int, step: Step, subject: str = "c") -> bytes:
    """An input event as a line."""
    second, type_, data = step
    event = make_event(
        type_, subject, str(number), data, time=format_time(BEGIN_MS + round(second * 1_000))
    )
    return json.dumps(event).encode()


def start(workstream: str = "chat", channel: str = "live_chat", **data: Any) -> Step:
    """A conversation begins."""
    return 0, "conversation.started", {"workstream_id": workstream, "channel": channel, **data}


def total(found: Counter[Figure], queue: str | None = None) -> dict[str, int]:
    """Figures by name over all windows, of one queue or of all."""
    sums: Counter[str] = Counter()
    for (_, own, _, name), number in found.items():
        sums[name] += number if queue in {None, own} else 0
    return dict(+sums)


class Tables:
    """Two tables, and a worker that counts into them."""

    def __init__(self, thresholds_ms: dict[str, int]) -> None:
        self.conversations: dict[str, list[Any]] = {}
        self.windows: dict[WindowKey, list[Any]] = {}
        self._thresholds_ms = thresholds_ms
        self.counting = self._start()

    def _start(self) -> Counting:
        return Counting(
            self.conversations,
            self.windows,
            lambda at_s: (at_s // WINDOW_S * WINDOW_S, at_s // WINDOW_S * WINDOW_S + 299.9),
            lambda queue_id: self._thresholds_ms.get(queue_id or "", 20_000),
            lambda workstream_id, queue_id: (workstream_id, queue_id or ""),
        )

    def restart(self) -> None:
        """Read the tables back from JSON, as from a changelog."""
        rows = json.loads(json.dumps(list(self.conversations.items())))
        windows = json.loads(json.dumps(list(self.windows.items())))
        self.conversations = dict(rows)
        self.windows = {(tuple(place), tuple(window)): own for (place, window), own in windows}
        self.counting = self._start()
        self.counting.recovered()

    def take(self, event: Event, partition: int = 0, now_ms: int = NEVER_MS) -> None:
        """Count one event."""
        change = ReadStateChanged.model_validate_json(json.dumps(event))
        self.counting.take(change.data, parse_time_ms(change.time), partition, now_ms)

    def figures(self) -> Counter[Figure]:
        """Every figure that is not zero, added up over the partitions."""
        found: Counter[Figure] = Counter()
        for ((_, workstream, queue), (start_s, _)), row in self.windows.items():
            for name, number in decode_counts(row).counts.items():
                found[workstream, queue, int(start_s), name] += number
        return found


def changes_of(outputs: list[dict[str, Any]]) -> list[Event]:
    """The state changes among what `replay` prints, without second lives of an id.

    An id must not be used again once its conversation is forgotten; random days do it all the same.
    """
    found, closed = [], set()
    for output in outputs:
        event = output["value"]
        if output["topic"] == "conversation-state-changes" and event["subject"] not in closed:
            found.append(event)
            if event["data"]["status"] == "closed":
                closed.add(event["subject"])
    return found
