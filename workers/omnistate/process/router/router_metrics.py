"""The router worker's metrics: whether it acts, what it asks for, and how the queues stand.

Labels are names of ours, codes and configured queues: never an id of a conversation or of a person.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from omnistate.core.router.actions import Action, AssignmentRequest, QueueMove
from omnistate.core.router.queue_standing import QueueStanding
from omnistate.process.worker_metrics import SECONDS, Description, WorkerMetrics, describe_gauge

READY: Final = describe_gauge("router_ready", "1 = has read what it follows, and is in its group.")
ACTING: Final = describe_gauge("router_acting", "1 = it is this one's turn; of all one is at 1.")
UNANSWERED: Final = describe_gauge(
    "router_unanswered_seconds", "Age of the oldest request that the gate has not answered; else 0."
)
# Of the one that acts.
WAITING: Final = describe_gauge("router_waiting", "Conversations that wait.", "queue")
OLDEST: Final = describe_gauge(
    "router_oldest_wait_seconds", "For how long the first of them waits; else 0.", "queue"
)
SIGNED_IN: Final = describe_gauge("router_signed_in", "People who are signed in.", "queue")
FREE: Final = describe_gauge(
    "router_free", "Of them those with room for something that waits, skills aside.", "queue"
)
_PRESENT: Final = (READY, ACTING, UNANSWERED, WAITING, OLDEST, SIGNED_IN, FREE)


class RouterMetrics(WorkerMetrics):
    """Everything that one router counts."""

    def __init__(self) -> None:
        """Start at zero."""
        super().__init__()
        self._actions = self.count(
            "router_actions", "What it asked for and handed to the log, by type.", "type"
        )
        self._refused = self.count(
            "router_refused", "Of what routers asked for, what was refused, by code.", "code"
        )
        self._turns = self.count("router_turns", "Times that the turn came.")
        self._faults = self.count("router_log_faults", "Times that the log could not do its part.")
        self._decisions = self.measure("router_decision_seconds", "Deciding once.", SECONDS)

    def watch(
        self,
        ready: Callable[[], bool],
        acting: Callable[[], bool],
        unanswered_s: Callable[[], float],
        standings: Callable[[], Iterable[QueueStanding]],
    ) -> None:
        """Read what is at present from these, whenever asked; nothing stands where none acts."""
        self.registry.register(_Present(ready, acting, unanswered_s, standings))

    def describe(self) -> list[Description]:
        """Every metric of ours, by name."""
        return sorted([*super().describe(), *_PRESENT])

    def sent(self, actions: Sequence[Action]) -> None:
        """These were handed to the log."""
        for action in actions:
            if isinstance(action, AssignmentRequest):
                type_ = "assignment.requested"
            else:
                type_ = "router.move" if isinstance(action, QueueMove) else "router.close"
            self._actions.labels(type_).inc()

    def refused(self, code: str) -> None:
        """Something that a router asked for was refused or ignored."""
        self._refused.labels(code).inc()

    def turned(self) -> None:
        """The turn came."""
        self._turns.inc()

    def log_failed(self) -> None:
        """The log could not do its part."""
        self._faults.inc()

    def decided(self, seconds: float) -> None:
        """A decision took so long."""
        self._decisions.observe(seconds)


class _Present(Collector):
    def __init__(
        self,
        ready: Callable[[], bool],
        acting: Callable[[], bool],
        unanswered_s: Callable[[], float],
        standings: Callable[[], Iterable[QueueStanding]],
    ) -> None:
        self._ready, self._acting = ready, acting
        self._unanswered_s, self._standings = unanswered_s, standings

    def collect(self) -> Iterator[Metric]:
        for each, value in (
            (READY, float(self._ready())),
            (ACTING, float(self._acting())),
            (UNANSWERED, self._unanswered_s()),
        ):
            yield GaugeMetricFamily(each.name, each.text, value=value)
        found = {
            each: GaugeMetricFamily(each.name, each.text, labels=each.labels)
            for each in (WAITING, OLDEST, SIGNED_IN, FREE)
        }
        for standing in self._standings():
            queue = [standing.queue_id]
            found[WAITING].add_metric(queue, standing.waiting)
            found[OLDEST].add_metric(queue, standing.oldest_wait_ms / 1_000)
            found[SIGNED_IN].add_metric(queue, standing.signed_in)
            found[FREE].add_metric(queue, standing.free)
        yield from found.values()
