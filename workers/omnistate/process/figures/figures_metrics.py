"""The figures worker's metrics: its figures, and what became of the changes it read.

Labels are windows, and workstreams and queues that are configured, or `other`: never an id of a
conversation or of a person, nor a name that a gateway invented. Figures are of this worker's
partitions: add several workers' up, and divide sums rather than average averages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from omnistate.process.worker_metrics import Description, WorkerMetrics, describe_gauge
from omnistate.projections.figures.service_figures import FIGURES
from omnistate.projections.figures.windows import FigureRow, in_seconds

LABELS: Final = ("workstream", "queue", "window", "span")
# Seconds of a window -> what its label says.
WINDOWS: Final = {300: "5m", 3_600: "1h"}
DERIVED: Final = {
    "service_level": "Accepted within the threshold as a share of accepted, 0 to 1.",
    "average_answer_seconds": "First wait of an accepted conversation, on average.",
    "average_handle_seconds": "Handle time of a handled conversation, on average.",
    "average_wrap_up_seconds": "A wrap-up that ended, on average.",
}
GAUGES: Final = {**{in_seconds(name): text for name, text in FIGURES.items()}, **DERIVED}
CHANGES: Final = Description(
    "omnistate_figures_changes_total",
    "counter",
    ("outcome",),
    "State changes by fate.",
)
READY: Final = describe_gauge("figures_ready", "1 = read back and counting.")


class FiguresMetrics(WorkerMetrics):
    """Everything that a figures worker shows."""

    def __init__(
        self,
        rows: Callable[[], Iterable[FigureRow]],
        tally: Callable[[], Mapping[str, int]],
        ready: Callable[[], bool],
    ) -> None:
        """Each is asked whenever somebody asks for the metrics."""
        super().__init__()
        self.registry.register(_Figures(rows, tally, ready))


def describe_figures() -> list[Description]:
    """Every metric of the figures worker, by name."""
    gauges = [describe_gauge(f"figures_{name}", text, *LABELS) for name, text in GAUGES.items()]
    return sorted([*gauges, CHANGES, READY])


class _Figures(Collector):
    def __init__(
        self,
        rows: Callable[[], Iterable[FigureRow]],
        tally: Callable[[], Mapping[str, int]],
        ready: Callable[[], bool],
    ) -> None:
        self._rows, self._tally, self._ready = rows, tally, ready

    def describe(self) -> Iterator[Metric]:
        """Nothing is known beforehand; asking would count."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        gauges = {
            name: GaugeMetricFamily(f"omnistate_figures_{name}", text, labels=LABELS)
            for name, text in GAUGES.items()
        }
        for workstream_id, queue_id, span, counts in (rows := list(self._rows())):
            labels = (workstream_id, queue_id, WINDOWS[span.window_s], span.name)
            row = FigureRow(workstream_id, queue_id, span, counts)
            for name, member in row.members().items():
                if member is not None:
                    gauges[name].add_metric(labels, member)
        changes = CounterMetricFamily(
            CHANGES.name.removesuffix("_total"), CHANGES.text, labels=CHANGES.labels
        )
        for outcome, number in self._tally().items():
            changes.add_metric((outcome,), number)
        ready = GaugeMetricFamily(READY.name, READY.text, value=float(self._ready()))
        return iter([*(gauges.values() if rows else ()), changes, ready])
