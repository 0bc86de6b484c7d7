"""What a step comes of, and when that happened (contract.md#envelope: the two clocks)."""

from __future__ import annotations

from typing import Any

from .conversation import Conversation
from .wire import Event


class Cause:
    """What a step comes of: an input and where it lay, or a timer."""

    def __init__(
        self,
        event: Event | None = None,
        origin: dict[str, Any] | None = None,
        timer: str | None = None,
    ) -> None:
        self.event, self.origin, self.timer = event, origin, timer


def occurred_at(row: Conversation, now: int, event: Event | None) -> int:
    """The cause's own `time`, within what is believed; of a timer its deadline."""
    if event is None:
        return now
    at = min(event.time, now)
    delay = row.settings.max_delay
    if not row.settings.upstream and delay is not None and at < now - delay:
        at = now
    return at if row.occurred_at is None else max(at, row.occurred_at)
