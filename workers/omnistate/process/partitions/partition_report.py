"""What the runtime tells, as log lines, metrics and a bar on a terminal.

It reports; it decides nothing.
"""

import sys
import time
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from omnistate.process.logs import get_logger
from omnistate.process.partitions.partition_metrics import PartitionMetrics
from omnistate.process.waiting import Wait
from omnistate.stream.outcome import CommittedBatch, PartitionStopped
from omnistate.stream.ports import Restored

# A restore shorter than this many records is over before anybody has read a bar.
BAR_RECORDS_MIN: Final = 10_000


class PartitionReport:
    """The port `Observer`: one worker's log and metrics."""

    def __init__(self, metrics: PartitionMetrics, *, bar: bool) -> None:
        """`bar`: draw restores on standard error, where that is a terminal."""
        self._metrics = metrics
        self._log = get_logger()
        self._bar = RestoreBar() if bar and sys.stderr.isatty() else None
        # Of an outage that is not over: what it is for one partition, it is for others.
        self._wait = Wait()
        self._failing: set[int] = set()

    def assigned(self, partition: int) -> None:
        """The group has given it to this worker."""
        self._log.info("partition_assigned", partition=partition)

    def restoring(self, partition: int, part: Restored) -> None:
        """Its tables are being read back."""
        if self._bar is not None:
            self._bar.show(partition, part)

    def started(self, partition: int, seconds: float, *, agreed: bool) -> None:
        """It is restored and runs."""
        self._metrics.restored(seconds)
        self._end_outage(partition)
        if self._bar is not None:
            self._bar.end(partition)
        self._log.info("partition_running", partition=partition, seconds=round(seconds, 3))
        if not agreed:
            self._log.warning(
                "offsets_disagree",
                partition=partition,
                explanation="the group's offsets are not those of the tables, which are right",
            )

    def committed(self, partition: int, committed: CommittedBatch) -> None:  # noqa: ARG002
        """A batch was committed."""
        self._metrics.committed(committed)

    def fenced(self, partition: int, reason: str) -> None:
        """Another owner has come, or the coordinator gave up on this one."""
        self._metrics.fenced()
        self._log.warning("producer_fenced", partition=partition, reason=reason)

    def failed(self, partition: int, reason: str) -> None:
        """The log could not do its part."""
        self._metrics.failed()
        # Each is tried again by itself, again and again.
        self._failing.add(partition)
        pause = self._wait.fail(reason, time.monotonic())
        if pause.speaks:
            self._log.warning(
                "log_unavailable",
                partitions=sorted(self._failing),
                reason=reason,
                waited_s=round(pause.waited_s),
            )

    def stopped(self, partition: int, stop: PartitionStopped) -> None:
        """No other try can help by itself: said once."""
        self._metrics.failed()
        self._log.error(
            "partition_stopped",
            partition=partition,
            reason=stop.reason,
            problem=str(stop),
            exc_info=stop.__cause__,
        )

    def paused(self, partition: int) -> None:
        """The group is being rebalanced."""
        self._log.debug("partition_paused", partition=partition)

    def revoked(self, partition: int) -> None:
        """It is another worker's now."""
        self._metrics.revoked()
        self._end_outage(partition)
        self._log.info("partition_revoked", partition=partition)

    def _end_outage(self, partition: int) -> None:
        self._failing.discard(partition)
        if not self._failing:
            self._wait.succeed()

    def gone(self, partition: int, topic: str, records: int) -> None:
        """Records were deleted before they were read."""
        self._metrics.gone(topic, records)
        self._log.error(
            "records_gone",
            partition=partition,
            topic=topic,
            records=records,
            explanation="the log deleted them before they were read; see the topic's retention",
        )

    def clock_ahead(self, partition: int, topic: str, offset: int) -> None:
        """A record's time was not believed."""
        self._metrics.clock_ahead(topic)
        self._log.warning(
            "clock_ahead",
            partition=partition,
            topic=topic,
            offset=offset,
            explanation="its time is more than 5 min ahead of every broker: taken as of now",
        )

    def held_up(self, partition: int, topic: str, offset: int) -> None:
        """Somebody's transaction on an input stays open."""
        self._log.warning(
            "input_held_up",
            partition=partition,
            topic=topic,
            offset=offset,
            explanation=f"held up by an open transaction since offset {offset}",
        )


class RestoreBar:
    """A bar for each partition that is being restored."""

    def __init__(self) -> None:
        """Nothing is drawn before the first long restore."""
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} records"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[int, TaskID] = {}

    def show(self, partition: int, part: Restored) -> None:
        """Draw how far it has come."""
        if part.total < BAR_RECORDS_MIN:
            return
        if partition not in self._tasks:
            if not self._tasks:
                self._progress.start()
            self._tasks[partition] = self._progress.add_task(f"partition {partition}")
        self._progress.update(self._tasks[partition], completed=part.done, total=part.total)

    def end(self, partition: int) -> None:
        """Take the bar away."""
        task = self._tasks.pop(partition, None)
        if task is not None:
            self._progress.remove_task(task)
            if not self._tasks:
                self._progress.stop()
