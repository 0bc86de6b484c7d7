"""Inputs that wait (contract.md#order): for a start that has not come yet, or for their turn.

Keeps them and says whose turn is next; judging them is the model's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .conversation import Conversation
from .vocabulary import FACTS_AND_REPORTS, RANKS, VO
from .wire import Event

EARLY_WAIT = 3_000
MOST_INPUTS = 16
MOST_BYTES = 32 * 1024


@dataclass(frozen=True)
class Waiting:
    """An input that waits: where it lay, when it came, and how many came before it."""

    event: Event
    origin: dict[str, Any]
    came_at: int
    number: int

    def turn(self, row: Conversation | None) -> tuple[int, int, int]:
        """In order of `time`; ties by rank, of one rank as they came."""
        type_ = self.event.type
        # VO: same as `customer.ended`
        if type_ == "customer.disconnected" and row is not None and row.kind == VO:
            type_ = "customer.ended"
        return self.event.time, RANKS.get(type_, 0), self.number

    def due(self, row: Conversation | None) -> int:
        """Timer `early` where there is no conversation, else timer `settle`."""
        if row is None:
            return self.came_at + EARLY_WAIT
        # until the engine's clock reaches its `time` + n (at the latest n after it came)
        return min(self.event.time, self.came_at) + row.settings.settle_window


def may_wait(row: Conversation | None, event: Event) -> bool:
    """Every fact and report but the start; actions do not wait."""
    if event.type not in FACTS_AND_REPORTS or event.type == "conversation.started":
        return False
    return row is None or row.settings.settle_window > 0


class WaitingRoom:
    """All inputs that wait, by conversation."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Waiting]] = {}
        self._came = 0

    def add(self, event: Event, origin: dict[str, Any], now: int) -> None:
        """One more."""
        self._came += 1
        waiting = Waiting(event, origin, now, self._came)
        self._waiting.setdefault(event.subject, []).append(waiting)

    def of(self, conversation_id: str, row: Conversation | None) -> list[Waiting]:
        """Those of a conversation, whose turn is next first; `row` is None before its start."""
        waiting = self._waiting.get(conversation_id, [])
        return sorted(waiting, key=lambda each: each.turn(row))

    def conversation_ids(self) -> list[str]:
        """For which conversations something waits."""
        return list(self._waiting)

    def take(self, waiting: Waiting) -> None:
        """It waits no longer."""
        id_ = waiting.event.subject
        self._waiting[id_].remove(waiting)
        if not self._waiting[id_]:
            del self._waiting[id_]

    def is_over_full(self, conversation_id: str) -> bool:
        """At most 16 inputs and 32 KiB (of record values) wait for a conversation."""
        of_it = self._waiting.get(conversation_id, [])
        size = sum(waiting.event.size for waiting in of_it)
        return len(of_it) > MOST_INPUTS or size > MOST_BYTES

    def knows(self, event: Event) -> bool:
        """Whether it repeats one that waits."""
        return any(
            (waiting.event.source, waiting.event.id) == (event.source, event.id)
            for waiting in self._waiting.get(event.subject, [])
        )
