"""The same backlog spread otherwise: over more partitions of a worker, and over two workers.

The pace of two counts from when both have their partitions and run.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Final

from bench.broker_fixture import BrokerFixture
from bench.contender import Contender
from bench.contenders import OMNISTATE, Job, start_worker
from bench.mix import Mix
from bench.watch import Watched, watch

TIMEOUT_S: Final = 1_800.0

Figures = dict[str, Any]


def measure_spread(
    broker: BrokerFixture, mix: Mix, events: int, partitions: int, workers: int, rounds: int
) -> list[Figures]:
    """The pace of so many workers on so many partitions altogether, round by round."""
    prefix = f"spread-{partitions}-{workers}."
    broker.lay_out(prefix, mix.configuration(mix.centres(events)), partitions)
    broker.load(prefix, mix.say(events), partitions)
    found = []
    try:
        for number in range(rounds):
            job = Job(broker, prefix, partitions, events, f"{prefix}{number}")
            found.append(_run(job, workers))
            broker.clear(prefix, partitions)
    finally:
        broker.drop(prefix)
    return found


def _run(job: Job, workers: int) -> Figures:
    watched = Watched(
        job.broker.brokers,
        job.broker.broker_pid,
        OMNISTATE.inputs(job),
        OMNISTATE.outputs(job),
        OMNISTATE.group(job),
        job.partitions,
        job.events,
    )
    with ExitStack() as stack:
        found = [stack.enter_context(start_worker(job, number)) for number in range(workers)]
        readiness = _Readiness(found, job.partitions)
        pace = watch(watched, found, TIMEOUT_S, readiness.reached)
    return {
        "events": pace.events,
        "seconds": pace.seconds,
        "per_s": pace.per_s,
        "cpu_us": pace.cpu_us,
        "cores_used": (pace.cpu_s + pace.broker_cpu_s) / pace.seconds,
        "broker_cores": pace.broker_cpu_s / pace.seconds,
    }


class _Readiness:
    """Whether all workers run, asked until it was so once."""

    def __init__(self, workers: Sequence[Contender], partitions: int) -> None:
        self._workers, self._partitions = workers, partitions
        self._reached = len(workers) == 1
        self._asked_s = 0.0

    def reached(self) -> bool:
        """Each has some of the partitions, and all of them run."""
        if self._reached or time.monotonic() - self._asked_s < 0.2:
            return self._reached
        self._asked_s = time.monotonic()
        counts = [each.ready_partitions() for each in self._workers]
        self._reached = all(counts) and sum(filter(None, counts)) == self._partitions
        return self._reached
