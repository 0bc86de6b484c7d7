"""How long something may still wait: from how many of its queue were taken up lately.

An estimate by pace alone. It knows neither skills nor ranks, nor who signs in next.
"""

from typing import Final

import msgspec
from omnistate_schemas.times import parse_time_ms

from omnistate.core.router.seen import ConversationSeen

WINDOW_MS: Final = 30 * 60_000
# Where so many are remembered, those that are too old to count are looked for.
_MANY: Final = 1_024
# Of a conversation in one of these somebody is, or was, in conversation with the customer.
_TAKEN_UP: Final = frozenset({"active", "waiting", "wrap_up", "resolved", "closed"})


class WaitEstimate(msgspec.Struct, frozen=True):
    """Seconds until it is taken up, and how they were found; None: there is nothing to go by."""

    seconds: float | None
    how: str


class TakenUp:
    """When the conversations of each queue were last taken up by somebody."""

    __slots__ = ("_at_ms", "_kept")

    def __init__(self) -> None:
        """Nothing was."""
        self._at_ms: dict[str, dict[str, int]] = {}
        self._kept: dict[str, int] = {}

    def note(self, seen: ConversationSeen) -> None:
        """A conversation changed."""
        queue_id, since = seen.queue_id, seen.representative_since
        offered_only = seen.detail == "awaiting_acceptance" or seen.rule == "A7"
        if queue_id is None or since is None or offered_only or seen.status not in _TAKEN_UP:
            return
        at_ms = self._at_ms.setdefault(queue_id, {})
        taken_ms = at_ms[seen.conversation_id] = parse_time_ms(since)
        if len(at_ms) >= 2 * self._kept.get(queue_id, _MANY):
            newest_ms = max(taken_ms, *at_ms.values())
            recent = {id_: ms for id_, ms in at_ms.items() if ms > newest_ms - WINDOW_MS}
            self._at_ms[queue_id], self._kept[queue_id] = recent, max(len(recent), _MANY)

    def estimate(self, queue_id: str, place: int, now_ms: int) -> WaitEstimate:
        """For what waits in this place, 1 the first, of this queue."""
        since_ms = now_ms - WINDOW_MS
        taken = sum(since_ms < ms <= now_ms for ms in self._at_ms.get(queue_id, {}).values())
        minutes = WINDOW_MS // 60_000
        if not taken:
            return WaitEstimate(None, f"nothing was taken up from it in the last {minutes} min")
        seconds = round(place * WINDOW_MS / 1_000 / taken, 1)
        how = f"place {place}, and {taken} were taken up from it in the last {minutes} min"
        return WaitEstimate(seconds, how)
