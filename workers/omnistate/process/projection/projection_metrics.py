"""The projection worker's metrics: what became of records, and how far it is behind.

Labels are names of ours and numbers: never an id of a conversation or of a person.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from omnistate.process.worker_metrics import (
    AGE,
    LAG,
    SECONDS,
    Description,
    WorkerMetrics,
    describe_gauge,
)
from omnistate.projections.read_model.projection_observer import Applied
from omnistate.projections.read_model.store_ports import TopicPartition

Lags = Callable[[], Mapping[TopicPartition, tuple[float, float]]]

READY: Final = describe_gauge("projection_ready", "1 = caught up.")
STREAMS: Final = describe_gauge("api_streams", "Readers that follow the changes.")


class ProjectionMetrics(WorkerMetrics):
    """Everything that one worker counts."""

    def __init__(self) -> None:
        """Start at zero."""
        super().__init__()
        count = self.count
        self._records = count(
            "projection_records", "Records by what became of them.", "topic", "outcome"
        )
        self._rebuilds = count("projection_rebuilds", "Partitions applied from their beginning.")
        self._conflicts = count(
            "projection_conflicts", "Times that Redis said another offset than expected."
        )
        self._gone = count("projection_records_gone", "Records deleted before they were read.")
        self._redis = count("redis_faults", "Times that Redis could not do its part.")
        self._log = count("projection_log_faults", "Times that the log could not do its part.")
        self._requests = count("api_requests", "Requests of the read API.", "operation", "status")
        self._batches = self.measure("projection_batch_seconds", "Applying one batch.", SECONDS)

    def watch(self, lags: Lags, ready: Callable[[], bool], streams: Callable[[], int]) -> None:
        """Read what is at present from these, whenever asked."""
        self.registry.register(_Present(lags, ready, streams))

    def describe(self) -> list[Description]:
        """Every metric of ours, by name; those of lag are the other workers', too."""
        return sorted([*super().describe(), READY, STREAMS])

    def applied(self, batch: Applied) -> None:
        """A batch was applied."""
        topic = batch.place.topic
        for outcome, number in (
            ("applied", batch.applied),
            ("skipped", batch.skipped),
            ("unreadable", batch.unreadable),
        ):
            self._records.labels(topic, outcome).inc(number)
        self._batches.observe(batch.seconds)

    def rebuilt(self) -> None:
        """A partition is applied from its beginning."""
        self._rebuilds.inc()

    def conflicted(self) -> None:
        """Redis said another offset than expected."""
        self._conflicts.inc()

    def gone(self, records: int) -> None:
        """Records were deleted before they were read."""
        self._gone.inc(records)

    def store_failed(self) -> None:
        """Redis could not do its part."""
        self._redis.inc()

    def log_failed(self) -> None:
        """The log could not do its part."""
        self._log.inc()

    def requested(self, operation: str, status: int) -> None:
        """Somebody has asked the read API."""
        self._requests.labels(operation, str(status)).inc()


class _Present(Collector):
    def __init__(self, lags: Lags, ready: Callable[[], bool], streams: Callable[[], int]) -> None:
        self._lags, self._ready, self._streams = lags, ready, streams

    def collect(self) -> Iterator[Metric]:
        records = GaugeMetricFamily(LAG.name, LAG.text, labels=LAG.labels)
        age = GaugeMetricFamily(AGE.name, AGE.text, labels=AGE.labels)
        for place, (backlog, seconds) in self._lags().items():
            labels = [place.topic, str(place.partition)]
            records.add_metric(labels, backlog)
            age.add_metric(labels, seconds)
        yield from (records, age)
        yield GaugeMetricFamily(READY.name, READY.text, value=float(self._ready()))
        yield GaugeMetricFamily(STREAMS.name, STREAMS.text, value=self._streams())
