"""What a router tells, as log lines and metrics.

It reports; it decides nothing. No line names a conversation or a person.
"""

import time
from collections.abc import Sequence

from omnistate.core.router.actions import Action
from omnistate.process.logs import get_logger
from omnistate.process.router.router_metrics import RouterMetrics
from omnistate.process.unusable_records import UnusableRecords
from omnistate.process.waiting import Pause, Wait
from omnistate.stream.ports import Record, UnreadableRecord

# Calls wait meanwhile: a router must not be long in noticing that the brokers are back.
LONGEST_PAUSE_S = 5.0


class RouterReport:
    """The port `Report` of the routing: one worker's log and metrics."""

    def __init__(self, metrics: RouterMetrics) -> None:
        """Nothing was told yet."""
        self._metrics = metrics
        self._log = get_logger()
        self._unusable = UnusableRecords(metrics.unusable)
        self._wait = Wait(LONGEST_PAUSE_S)

    def unusable(self, record: Record, reason: str) -> None:
        """A record changes nothing."""
        batch = isinstance(record, UnreadableRecord)
        self._unusable.tell(record.topic, record.partition, record.offset, reason, batch=batch)

    def acting(self, *, is_acting: bool) -> None:
        """The turn came, and all that was there is known; or it went."""
        if is_acting:
            self._metrics.turned()
            self._log.info("router_acts")
        else:
            self._log.info("router_stands_by")

    def sent(self, actions: Sequence[Action]) -> None:
        """These were handed to the log."""
        self._metrics.sent(actions)

    def refused(self, code: str) -> None:
        """Something that a router asked for was refused or ignored."""
        self._metrics.refused(code)

    def decided(self, seconds: float) -> None:
        """A decision took so long."""
        self._metrics.decided(seconds)

    def log_failed(self, reason: str) -> Pause:
        """The log could not do its part: when to try again."""
        self._metrics.log_failed()
        pause = self._wait.fail(reason, time.monotonic())
        if pause.speaks:
            self._log.warning("log_unavailable", reason=reason, waited_s=round(pause.waited_s))
        return pause

    def log_worked(self) -> None:
        """It does its part."""
        self._wait.succeed()
