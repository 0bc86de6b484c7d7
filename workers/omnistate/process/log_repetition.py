"""What the Kafka driver says again and again: said once, and then ever less often.

Its clients try several times a second, and each says so every time. That a broker is away becomes
one line for all of them. Lines of others are left alone.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

from omnistate.adapters.kafka.clients.driver_log import is_of_driver, kind_of, tell_away
from omnistate.process.waiting import LONGEST_PAUSE_S, Wait

# Unheard for longer than any pause between two tries: what comes then is a complaint of its own.
FORGOTTEN_S: Final = 2 * LONGEST_PAUSE_S
AWAY: Final = ("", "")


class Repetition(logging.Filter):
    """Lets a line through where one of its kind is due; for a handler."""

    def __init__(
        self, say_away: Callable[[str], None], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`say_away` says that a broker cannot be reached, and why; `now_s` never goes back."""
        super().__init__()
        self._say_away = say_away
        self._now_s = now_s
        # By the logger, and the text without its arguments.
        self._waits: dict[tuple[str, str], Wait] = {}
        self._heard_s: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is said as it is."""
        if not is_of_driver(record):
            return True
        reason = tell_away(record)
        if reason is None:
            return self._is_due(kind_of(record), record.getMessage())
        # Whatever the reasons: they are many clients' about one broker.
        if self._is_due(AWAY, ""):
            self._say_away(reason)
        return False

    def _is_due(self, kind: tuple[str, str], reason: str) -> bool:
        now_s = self._now_s()
        wait = self._waits.setdefault(kind, Wait())
        if now_s - self._heard_s.get(kind, now_s) > FORGOTTEN_S:
            wait.succeed()
        self._heard_s[kind] = now_s
        return wait.fail(reason, now_s).speaks
