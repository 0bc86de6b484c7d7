"""The lag worker's metrics: every group's lag, its age as of when somebody asks.

Labels are groups and topics as the cluster calls them, numbers and words of ours.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from omnistate.adapters.kafka.lag.group_lag import Lag, Measurement
from omnistate.process.worker_metrics import Description, WorkerMetrics, describe_gauge

PLACE: Final = ("group", "topic", "partition")
RECORDS: Final = describe_gauge(
    "group_lag_records", "Records not committed: end less position; 0 = only markers.", *PLACE
)
SECONDS: Final = describe_gauge(
    "group_lag_seconds", "Age of the oldest such record, as of now; else 0.", *PLACE
)
RETENTION: Final = describe_gauge(
    "retention_ratio", "That age by the topic's retention; 0 = nothing goes by age.", *PLACE
)
STOPPED: Final = describe_gauge(
    "group_stopped", "1 = does not move, or would not, for this reason.", *PLACE, "reason"
)
MEMBERS: Final = describe_gauge("group_members", "Members that the group has.", "group")
MEASURED: Final = describe_gauge(
    "lag_measured_timestamp_seconds", "When all of this was measured last; none = never."
)


class LagMetrics(WorkerMetrics):
    """Everything that the lag worker shows."""

    def __init__(
        self,
        physical: Callable[[str], str],
        lags: Callable[[], list[Lag]],
        latest: Callable[[], Measurement | None],
    ) -> None:
        """The two are asked whenever somebody asks for the metrics."""
        super().__init__()
        self._faults = self.count("lag_faults", "Measurements that failed.")
        self.registry.register(_Present(physical, lags, latest))

    def failed(self) -> None:
        """A measurement failed."""
        self._faults.inc()

    def describe(self) -> list[Description]:
        """Every metric of ours, by name."""
        return sorted(
            [*super().describe(), RECORDS, SECONDS, RETENTION, STOPPED, MEMBERS, MEASURED]
        )


class _Present(Collector):
    def __init__(
        self,
        physical: Callable[[str], str],
        lags: Callable[[], list[Lag]],
        latest: Callable[[], Measurement | None],
    ) -> None:
        self._physical, self._lags, self._latest = physical, lags, latest

    def collect(self) -> Iterator[Metric]:
        latest = self._latest()
        if latest is None:
            return
        now_ms = time.time() * 1_000
        found = {
            each: GaugeMetricFamily(each.name, each.text, labels=each.labels)
            for each in (RECORDS, SECONDS, RETENTION, STOPPED, MEMBERS)
        }
        for lag in self._lags():
            labels = [self._physical(lag.group), self._physical(lag.topic), str(lag.partition)]
            found[RECORDS].add_metric(labels, lag.records)
            found[SECONDS].add_metric(labels, lag.seconds(now_ms))
            found[RETENTION].add_metric(labels, lag.retention_ratio(now_ms))
            if lag.reason is not None:
                found[STOPPED].add_metric([*labels, lag.reason], 1)
        for group, count in latest.members.items():
            found[MEMBERS].add_metric([self._physical(group)], count)
        yield from found.values()
        yield GaugeMetricFamily(MEASURED.name, MEASURED.text, value=latest.measured_ms / 1_000)
