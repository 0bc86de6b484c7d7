"""What the metrics of every worker share: a registry of their own, their names, their text.

What a worker counts is its own module's. Labels are names of ours, codes and numbers: never an id
of a conversation or of a person.
"""

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Final, NamedTuple

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from omnistate.adapters.kafka.clients.certificate_dates import Validity
from omnistate.adapters.kafka.clients.credentials import Role
from omnistate.stream.compilation import COMPILED

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
# Buckets of durations.
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Description(NamedTuple):
    """A metric in words."""

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str


def describe_gauge(name: str, text: str, *labels: str) -> Description:
    """A gauge of ours; `name` without what all of them begin with."""
    return Description(f"omnistate_{name}", "gauge", labels, text)


# Of every worker that is behind something.
LAG: Final = describe_gauge(
    "lag_records", "Inputs known of and not taken yet; NaN = no broker tells.", "topic", "partition"
)
AGE: Final = describe_gauge(
    "lag_seconds", "Age of the oldest such input; NaN = no broker tells.", "topic", "partition"
)


# Of every worker that follows topics beside its inputs.
UNUSABLE: Final = Description(
    "omnistate_followed_unusable_total",
    "counter",
    ("topic",),
    "Records and batches of followed topics that cannot be used.",
)


BUILD: Final = describe_gauge(
    "build_info",
    "1; which omnistate this is, and whether compiled.",
    "version",
    "python",
    "compiled",
)

CERTIFICATE_AGE: Final = describe_gauge(
    "certificate_age_seconds",
    "Age of the certificate that new connections to Kafka show (client) or trust (authority).",
    "role",
)
CERTIFICATE_EXPIRY: Final = describe_gauge(
    "certificate_expiry_timestamp_seconds", "Until when that certificate is valid.", "role"
)


class WorkerMetrics:
    """What one worker counts; `expose` is the text that Prometheus reads."""

    def __init__(self) -> None:
        """Start at zero, with what is known of any process."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._described: list[Description] = [UNUSABLE, BUILD, CERTIFICATE_AGE, CERTIFICATE_EXPIRY]
        build = Gauge(BUILD.name, BUILD.text, BUILD.labels, registry=self.registry)
        compiled = str(COMPILED).lower()
        build.labels(version("omnistate"), platform.python_version(), compiled).set(1)
        self._unusable = Counter(
            UNUSABLE.name, UNUSABLE.text, UNUSABLE.labels, registry=self.registry
        )

    def expose(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self.registry)

    def count(self, name: str, text: str, *labels: str) -> Counter:
        """A counter, described; Prometheus adds `_total` to its name."""
        full = f"omnistate_{name}"
        self._described.append(Description(f"{full}_total", "counter", labels, text))
        return Counter(full, text, labels, registry=self.registry)

    def measure(self, name: str, text: str, buckets: Iterable[float]) -> Histogram:
        """A histogram, described."""
        full = f"omnistate_{name}"
        self._described.append(Description(full, "histogram", (), text))
        return Histogram(full, text, buckets=tuple(buckets), registry=self.registry)

    def watch_certificates(self, validities: Callable[[], Mapping[Role, Validity]]) -> None:
        """Ask for those of the next connection whenever somebody asks for the metrics."""
        self.registry.register(_Certificates(validities))

    def unusable(self, topic: str) -> None:
        """A record, or a batch, of a topic that is followed cannot be used."""
        self._unusable.labels(topic).inc()

    def describe(self) -> list[Description]:
        """Every metric of ours, by name."""
        return sorted(self._described)


class _Certificates(Collector):
    def __init__(self, validities: Callable[[], Mapping[Role, Validity]]) -> None:
        self._validities = validities

    def collect(self) -> Iterator[Metric]:
        now_s = time.time()
        age, expiry = (
            GaugeMetricFamily(each.name, each.text, labels=each.labels)
            for each in (CERTIFICATE_AGE, CERTIFICATE_EXPIRY)
        )
        for role, validity in self._validities().items():
            age.add_metric([role], now_s - validity.begins_s)
            expiry.add_metric([role], validity.ends_s)
        yield from (age, expiry)
