"""What the projector tells, as log lines, metrics and a bar on a terminal.

It reports; it decides nothing. No line names a conversation or a person, but for a key of Redis
that somebody has to mend.
"""

import sys
import time
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from omnistate.process.logs import get_logger
from omnistate.process.projection.projection_metrics import ProjectionMetrics
from omnistate.process.unusable_records import UnusableRecords
from omnistate.process.waiting import Pause, Wait
from omnistate.projections.read_model.projection_observer import Applied
from omnistate.projections.read_model.store_ports import TopicPartition

# Fewer records are applied before anybody has read a bar.
BAR_RECORDS_MIN: Final = 10_000
# So many keys are told of.
KEYS_TOLD: Final = 20


class ProjectionReport:
    """The port `Observer`: one worker's log and metrics."""

    def __init__(self, metrics: ProjectionMetrics, *, bar: bool) -> None:
        """`bar`: draw rebuilds on standard error, where that is a terminal."""
        self._metrics = metrics
        self._log = get_logger()
        self._bar = RebuildBar() if bar and sys.stderr.isatty() else None
        # By what is away, of outages that are not over.
        self._waits: dict[str, Wait] = {}
        # A batch may be applied more than once.
        self._unusable = UnusableRecords(metrics.unusable)
        self._keys: set[str] = set()

    def assigned(self, places: frozenset[TopicPartition]) -> None:
        """The group has shared the partitions out."""
        self._log.info("partitions_assigned", partitions=len(places))

    def rebuilding(self, place: TopicPartition, records: int, *, again: bool) -> None:
        """A partition is applied from its beginning; `again`: Redis had known it."""
        self._metrics.rebuilt()
        members = {"topic": place.topic, "partition": place.partition, "records": records}
        if again:
            self._log.warning(
                "partition_rebuilding",
                **members,
                explanation="Redis has lost what it had: it was emptied, or began anew",
            )
        else:
            self._log.info("partition_rebuilding", **members)

    def progressed(self, done: int, total: int) -> None:
        """How far all partitions together have come."""
        if self._bar is not None:
            self._bar.show(done, total)

    def caught_up(self, seconds: float) -> None:
        """All partitions have come to where they ended when they were taken."""
        self._log.info("caught_up", seconds=round(seconds, 3))

    def applied(self, batch: Applied) -> None:
        """A batch was applied."""
        self._metrics.applied(batch)

    def conflicted(self, place: TopicPartition, expected: int | None, stored: int | None) -> None:
        """Redis says another offset than expected."""
        self._metrics.conflicted()
        self._log.info(
            "offset_is_another",
            topic=place.topic,
            partition=place.partition,
            expected=expected,
            stored=stored,
        )

    def gone(self, place: TopicPartition, records: int) -> None:
        """Records were deleted before they were read."""
        self._metrics.gone(records)
        self._log.error(
            "records_gone",
            topic=place.topic,
            partition=place.partition,
            records=records,
            explanation="the log deleted them before they were read; see the topic's retention. "
            "Empty Redis to have the read model rebuilt from what is left",
        )

    def unreadable(self, place: TopicPartition, offset: int, reason: str) -> None:
        """A record is none of its topic, or a batch cannot be read."""
        self._unusable.tell(place.topic, place.partition, offset, reason)

    def key_unusable(self, key: str, problem: str) -> None:
        """A key of Redis holds what is not of its kind."""
        if key not in self._keys and len(self._keys) < KEYS_TOLD:
            self._keys.add(key)
            self._log.error("key_unusable", key=key, problem=problem)

    def store_failed(self, reason: str) -> None:
        """Redis could not do its part."""
        self._metrics.store_failed()
        pause = self._fail("redis", reason)
        if pause.speaks:
            self._log.warning("redis_unavailable", reason=reason, waited_s=round(pause.waited_s))

    def log_failed(self, reason: str) -> None:
        """The log could not do its part."""
        self._metrics.log_failed()
        pause = self._fail("log", reason)
        if pause.speaks:
            self._log.warning("log_unavailable", reason=reason, waited_s=round(pause.waited_s))

    def recovered(self) -> None:
        """Both do their part again."""
        self._waits.clear()
        self._log.info("recovered")

    def close(self) -> None:
        """The worker ends."""
        if self._bar is not None:
            self._bar.end()

    def _fail(self, what: str, reason: str) -> Pause:
        """What to say of an outage that is told every second."""
        return self._waits.setdefault(what, Wait()).fail(reason, time.monotonic())


class RebuildBar:
    """One bar for all partitions of the worker."""

    def __init__(self) -> None:
        """Nothing is drawn before the first long rebuild."""
        self._progress = Progress(
            TextColumn("read model"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} records"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None

    def show(self, done: int, total: int) -> None:
        """Draw how far it has come, until it is there."""
        if self._task is None:
            if total - done < BAR_RECORDS_MIN:
                return
            self._progress.start()
            self._task = self._progress.add_task("", total=total)
        self._progress.update(self._task, completed=done, total=total)
        if done >= total:
            self.end()

    def end(self) -> None:
        """Take it away, and give the cursor back; may be called again."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._progress.stop()
            self._task = None
