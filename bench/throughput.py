"""Events a second on a backlog, and what an event costs of CPU: contender by contender, in turn.

The pace is that between the first and the last committed output that a read_committed reader could
see. Cold time is from the start of the process to the last one.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.broker_fixture import BrokerFixture
from bench.contender import Contender, ContenderFailed
from bench.contenders import READ_ONLY, Entry, Job
from bench.mix import Mix
from bench.watch import Watched, watch

PREFIX: Final = "bench."
TIMEOUT_S: Final = 1_800.0

Figures = dict[str, Any]


def measure_throughput(
    broker: BrokerFixture,
    mix: Mix,
    contenders: Sequence[Entry],
    plan: "Plan",
    say: Callable[[str], None],
) -> dict[str, list[Figures]]:
    """Every contender's rounds, by name."""
    centres = mix.centres(plan.events)
    broker.lay_out(PREFIX, mix.configuration(centres), plan.partitions)
    broker.load(PREFIX, mix.say(plan.events), plan.partitions, for_peers=True)
    found: dict[str, list[Figures]] = {entry.name: [] for entry in contenders}
    for number in range(plan.rounds):
        # Nobody is always first, or always after the same one.
        turn = number % len(contenders)
        for entry in (*contenders[turn:], *contenders[:turn]):
            try:
                figures = run_once(broker, entry, plan, f"{entry.name}-{number}")
            except (ContenderFailed, TimeoutError) as error:
                say(f"round {number + 1}  {entry.label:<34} failed: {error}")
                continue
            found[entry.name].append(figures)
            say(f"round {number + 1}  {entry.label:<34} {describe(figures)}")
    broker.drop(PREFIX)
    return found


class Plan:
    """How much is measured."""

    def __init__(self, events: int, rounds: int, partitions: int) -> None:
        self.events, self.rounds, self.partitions = events, rounds, partitions


def describe(figures: Figures) -> str:
    """A run in a line."""
    line = f"{figures['per_s']:>9,.0f} events/s  {figures['cpu_us']:>6.1f} µs CPU"
    return f"{line}  {figures['cold_s']:>6.1f} s cold  {figures['outputs']:,} outputs"


def run_once(broker: BrokerFixture, entry: Entry, plan: Plan, run: str) -> Figures:
    """One contender on the whole backlog, from its start."""
    events = min(plan.events, entry.events_max or plan.events)
    job = Job(broker, PREFIX, plan.partitions, events, run)
    if entry.name == READ_ONLY.name:
        return _read(entry.start(job))
    if entry.peer:
        broker.create(
            (f"{run}-output", f"{run}-table"), plan.partitions, message_timestamp_type="CreateTime"
        )
    watched = Watched(
        broker.brokers,
        broker.broker_pid,
        entry.inputs(job),
        entry.outputs(job),
        entry.group(job) if entry.transactional else None,
        plan.partitions,
        events,
    )
    with entry.start(job) as contender:
        pace = watch(watched, [contender], TIMEOUT_S)
        warmed_s = float(contender.said("warmed") or 0)
    outputs = broker.count(entry.outputs(job))
    if entry.peer:
        broker.drop(run)
    else:
        broker.clear(PREFIX, plan.partitions)
    return {
        "events": pace.events,
        "seconds": pace.seconds,
        "per_s": pace.per_s,
        "cpu_us": pace.cpu_us,
        "broker_cpu_us": pace.broker_cpu_s / pace.events * 1e6,
        "cold_s": pace.cold_s - warmed_s,
        "outputs": outputs,
    }


def _read(contender: Contender) -> Figures:
    with contender:
        pace = json.loads(contender.wait_for("pace", TIMEOUT_S))
    return {
        "events": pace["events"],
        "seconds": pace["seconds"],
        "per_s": pace["events"] / pace["seconds"],
        "cpu_us": pace["cpu_s"] / pace["events"] * 1e6,
        "broker_cpu_us": None,
        "cold_s": pace["cold_s"],
        "outputs": 0,
    }
