"""The metrics of a worker on partition tasks: events are counted, the present is read when asked.

Labels are names of ours, codes and numbers: never an id of a conversation or of a person.
"""

import math
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from omnistate.core.conversation.stages import MEANINGS, STAGES
from omnistate.process.worker_metrics import (
    AGE,
    LAG,
    SECONDS,
    Description,
    WorkerMetrics,
    describe_gauge,
)
from omnistate.stream.outcome import CommittedBatch
from omnistate.stream.partition_owner import PartitionOwner

LATENESS: Final = (0.01, 0.1, 0.5, 1, 1.5, 2, 3, 5, 10, 60, 600, 3_600, 86_400)
RECORDS: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000)
PRESENT: Final = {
    "lag": LAG,
    "age": AGE,
    "running": describe_gauge("partition_running", "1 = restored and running.", "partition"),
    "stopped": describe_gauge(
        "partition_stopped", "1 = stands still until somebody mends it.", "partition", "reason"
    ),
    "restored": describe_gauge(
        "restore_ratio", "How far the restore has come, 0 to 1.", "partition"
    ),
    "conversations": describe_gauge("conversations", "Conversations held, by status.", "status"),
    "representatives": describe_gauge("representatives", "Representatives whose totals are held."),
}


class PartitionMetrics(WorkerMetrics):
    """Everything that one worker counts."""

    def __init__(self) -> None:
        """Start at zero."""
        super().__init__()
        count, measure = self.count, self.measure
        self._inputs = count("inputs", "Inputs by outcome.", "outcome")
        self._details = {
            "rule": count("transitions", "Published changes by rule.", "rule"),
            "rejected": count("rejections", "Rejected inputs by code.", "code"),
            "ignored": count("ignored", "Ignored inputs by code.", "code"),
            "dead_letter": count("dead_letters", "Dead letters by reason.", "reason"),
            "gap": count("capacity_gaps", "Capacity changes that never arrived.", "topic"),
        }
        self._plain = {
            "granted": count("grants", "Assignment requests that the gate granted."),
            "lost": count("representatives_lost", "Leases of representatives that ran out."),
        }
        self._timers = count("timers_fired", "Timers fired.")
        self._lateness = measure("timer_lateness_seconds", "How late timers fired.", LATENESS)
        self._batches = measure("batch_seconds", "Deciding one batch.", SECONDS)
        self._commits = measure("commit_seconds", "Writing and committing one batch.", SECONDS)
        self._sizes = measure("batch_records", "Records in one batch.", RECORDS)
        self._restores = measure("restore_seconds", "Taking a partition over.", SECONDS)
        self._fenced = count("fenced_producers", "Times that a producer was fenced.")
        self._faults = count("faults", "Times that the log could not do its part.")
        self._gone = count("records_gone", "Inputs deleted before they were read.", "topic")
        self._ahead = count(
            "clock_ahead", "Inputs with a time that no broker's clock has come to.", "topic"
        )
        self._rebalances = count("partitions_revoked", "Partitions given up.")

    def watch(
        self,
        owners: Callable[[], Iterable[PartitionOwner[Any]]],
        inputs: Iterable[str],
        is_told: Callable[[int], bool] = lambda _: True,
    ) -> None:
        """Read what is at present from these owners, whenever asked.

        Where `is_told` says no of a partition, nobody knows how far it is behind.
        """
        self.registry.register(Present(owners, tuple(inputs), is_told))

    def describe(self) -> list[Description]:
        """Every metric of ours, by name; those of the present, too."""
        return sorted([*super().describe(), *PRESENT.values()])

    def committed(self, committed: CommittedBatch) -> None:
        """A batch was committed."""
        batch, records, step_s, commit_s = committed
        for outcome, number in batch.tally.items():
            if outcome == "timer":
                self._timers.inc(number)
            else:
                self._inputs.labels(outcome).inc(number)
        for (kind, label), number in batch.details.items():
            plain = self._plain.get(kind)
            (self._details[kind].labels(label) if plain is None else plain).inc(number)
        for lateness_ms in batch.lateness_ms:
            self._lateness.observe(lateness_ms / 1_000)
        self._batches.observe(step_s)
        self._commits.observe(commit_s)
        if records:
            self._sizes.observe(records)

    def restored(self, seconds: float) -> None:
        """A partition was taken over."""
        self._restores.observe(seconds)

    def fenced(self) -> None:
        """A producer was fenced."""
        self._fenced.inc()

    def failed(self) -> None:
        """The log could not do its part."""
        self._faults.inc()

    def gone(self, topic: str, records: int) -> None:
        """Records were deleted before they were read."""
        self._gone.labels(topic).inc(records)

    def clock_ahead(self, topic: str) -> None:
        """A record's time was not believed."""
        self._ahead.labels(topic).inc()

    def revoked(self) -> None:
        """A partition was given up."""
        self._rebalances.inc()


class Present(Collector):
    """What is at present: read from the owners when somebody asks."""

    def __init__(
        self,
        owners: Callable[[], Iterable[PartitionOwner[Any]]],
        inputs: tuple[str, ...],
        is_told: Callable[[int], bool],
    ) -> None:
        """`inputs` are the topics whose lag is told, where that is known."""
        self._owners = owners
        self._inputs = inputs
        self._is_told = is_told

    def collect(self) -> Iterator[Metric]:
        """Lag and age by topic and partition, restores under way, conversations by status."""
        found = {
            key: GaugeMetricFamily(each.name, each.text, labels=each.labels)
            for key, each in PRESENT.items()
        }
        known = 0
        statuses: Tally[str] = Tally({MEANINGS[stage].status or "": 0 for stage in STAGES[1:]})
        for owner in self._owners():
            number = str(owner.number)
            found["running"].add_metric([number], float(owner.running))
            if owner.problem is not None:
                found["stopped"].add_metric([number, owner.problem.reason], 1.0)
            found["restored"].add_metric([number], owner.restored_ratio)
            for stage, count in owner.task.processor.stages.items():
                if stage == "known":
                    known += count
                    continue
                statuses[MEANINGS[stage].status or ""] += count
            for topic in self._inputs:
                told = self._is_told(owner.number)
                records, seconds = owner.lag(topic) if told else (math.nan, math.nan)
                found["lag"].add_metric([topic, number], records)
                found["age"].add_metric([topic, number], seconds)
        found["representatives"].add_metric([], known)
        for status, count in statuses.items():
            found["conversations"].add_metric([status], count)
        return iter(found.values())
