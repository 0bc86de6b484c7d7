"""The projection worker's metrics: what became of records, and how far it is behind.

Labels are names of ours and numbers: never an id of a conversation or of a person.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from omnistate.process.worker_metrics import PRESENT, SECONDS, Description
from omnistate.projections.read_model.projection_observer import Applied
from omnistate.projections.read_model.store_ports import TopicPartition

Lags = Callable[[], Mapping[TopicPartition, tuple[int, float]]]

READY: Final = Description("omnistate_projection_ready", "gauge", (), "1 = caught up.")
LAG: Final = PRESENT["lag"]
AGE: Final = PRESENT["age"]


class ProjectionMetrics:
    """Everything that one worker counts; `expose` is the text that Prometheus reads."""

    def __init__(self) -> None:
        """Start at zero, in a registry of its own."""
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._described: list[Description] = []

        def count(name: str, text: str, *labels: str) -> Counter:
            full = f"omnistate_{name}"
            self._described.append(Description(f"{full}_total", "counter", labels, text))
            return Counter(full, text, labels, registry=registry)

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
        name, text = "omnistate_projection_batch_seconds", "Applying one batch."
        self._described.append(Description(name, "histogram", (), text))
        self._batches = Histogram(name, text, buckets=SECONDS, registry=registry)
        name, text = "omnistate_api_streams", "Readers that follow the changes."
        self._described.append(Description(name, "gauge", (), text))
        self._streams: Callable[[], int] = lambda: 0

    def watch(self, lags: Lags, ready: Callable[[], bool], streams: Callable[[], int]) -> None:
        """Read what is at present from these, whenever asked."""
        self._registry.register(_Present(lags, ready, streams))

    def expose(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self._registry)

    def describe(self) -> list[Description]:
        """Every metric of ours, by name; those of lag are the other workers', too."""
        return sorted([*self._described, READY])

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
        yield GaugeMetricFamily(
            "omnistate_api_streams", "Readers that follow the changes.", value=self._streams()
        )
