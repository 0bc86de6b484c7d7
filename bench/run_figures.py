"""The figures by name: what each measures, on how much, in which order."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.broker_fixture import BrokerFixture
from bench.contender import ContenderFailed
from bench.contenders import OMNISTATE, PEERS_PYTHON, READ_ONLY, Entry, trials
from bench.latency import measure_latency
from bench.mix import Mix
from bench.recovery import measure_faust
from bench.results import Results, median_of
from bench.spread import measure_spread
from bench.states import measure_states
from bench.throughput import Plan, measure_throughput
from tests.harness.command import COMPILED, ROOT

LIVE_RATE: Final = 1_000.0

Figures = dict[str, Any]


@dataclass(frozen=True)
class Session:
    """What every figure is given."""

    broker: BrokerFixture
    mix: Mix
    contenders: Sequence[Entry]
    results: Results
    options: argparse.Namespace
    say: Callable[[str], None]


def throughput(session: Session) -> Figures:
    """Events a second and CPU an event, everybody."""
    given = session.options
    plan = Plan(given.events, given.rounds, given.partitions)
    found = measure_throughput(session.broker, session.mix, session.contenders, plan, session.say)
    return {"contenders": found, "labels": {each.name: each.label for each in session.contenders}}


def tuning(session: Session) -> Figures:
    """What was tried for the peers that have many settings, on fewer events."""
    given = session.options
    tried = trials(given.tuning_events // 12) if PEERS_PYTHON.exists() else []
    plan = Plan(given.tuning_events, given.rounds, given.partitions)
    found = measure_throughput(session.broker, session.mix, tried, plan, session.say)
    return {entry.label: found[entry.name] for entry in tried}


def latency(session: Session) -> Figures:
    """At a thousand events a second, and at half of the maximum that was measured before."""
    found: Figures = {}
    most = session.results.get("throughput").get("contenders", {}).get(OMNISTATE.name, [])
    half = (median_of(most, "per_s") or 0) / 2
    rates = {"slow": LIVE_RATE} | ({"half": half} if half > LIVE_RATE else {})
    for name, rate in rates.items():
        for entry in session.contenders:
            fast = entry.name in {OMNISTATE.name, "bare"}
            if entry.name == READ_ONLY.name or not entry.transactional or (name == "half") > fast:
                continue
            rounds = found.setdefault(name, {}).setdefault(entry.name, [])
            for _ in range(session.options.rounds):
                if each := _try_latency(session, entry, rate):
                    rounds.append(each)
    return found


def _try_latency(session: Session, entry: Entry, rate: float) -> Figures | None:
    given = session.options
    try:
        found = measure_latency(
            session.broker, session.mix, entry, rate, given.seconds, given.partitions
        )
    except (ContenderFailed, TimeoutError) as error:
        session.say(f"{entry.label:<34} at {rate:,.0f}/s failed: {error}")
        return None
    shown = "  ".join(f"{name[:-3]} {found[name]:.1f}" for name in found if name.endswith("_ms"))
    session.say(f"{entry.label:<34} at {found['rate']:>7,.0f}/s: {shown} ms")
    return found


def states(session: Session) -> Figures:
    """Recovery, memory and growth, by number of open conversations."""
    given = session.options
    found = {}
    for count in given.open:
        rounds = []
        for _ in range(given.rounds):
            each = measure_states(
                session.broker, session.mix, count, given.growth_events, given.partitions
            )
            rounds.append(each)
            session.say(
                f"{count:>9,} open: {each['per_s']:,.0f} events/s, restored "
                f"{each['rows_per_s']:,.0f} rows/s (plain reader {each['plain_rows_per_s']:,.0f}), "
                f"ready in {each['ready_s']:.1f} s, {each['bytes_each_restored']:.0f} bytes each"
            )
        found[str(count)] = rounds
    return found


def recovery(session: Session) -> Figures:
    """Faust's recovery, defaults and tuned."""
    found = {}
    for entry in session.contenders:
        if entry.name.startswith("faust"):
            given = session.options
            each = measure_faust(session.broker, entry, given.faust_rows, given.partitions)
            session.say(f"{entry.label}: {each['rows_per_s']:,.0f} rows/s restored")
            found[entry.name] = each
    return found


def partitions(session: Session) -> Figures:
    """Events a second with more and more partitions of one worker."""
    given = session.options
    return {
        str(count): _spread(session, given.growth_events, count, 1)
        for count in given.partition_counts
    }


def workers(session: Session) -> Figures:
    """Two workers beside one."""
    given = session.options
    return {str(count): _spread(session, given.events, given.partitions, count) for count in (1, 2)}


def _spread(session: Session, events: int, count: int, workers_: int) -> list[Figures]:
    rounds = session.options.rounds
    found = measure_spread(session.broker, session.mix, events, count, workers_, rounds)
    session.say(
        f"{workers_} workers, {count} partitions: {median_of(found, 'per_s'):,.0f} events/s, "
        f"{median_of(found, 'cores_used'):.2f} cores used, the broker's among them"
    )
    return found


def core(session: Session) -> Figures:
    """CPU of an input from bytes to bytes in memory, on the demo's mix; compiled where it is."""
    arguments = ["--conversations", str(session.options.conversations), "--json"]
    # Alternating, each the least of its rounds: the machine is noisy.
    pythons = {"plain": Path(sys.executable)}
    if COMPILED.exists():
        pythons["compiled"] = COMPILED.with_name("python")
    found: dict[str, list[Figures]] = {name: [] for name in pythons}
    for _ in range(session.options.rounds):
        for name, python in pythons.items():
            # The engine before the path to the benchmark, beside which the sources lie.
            code = f"import omnistate.core, sys; sys.path.insert(0, {str(ROOT)!r}); "
            code += "from bench.core_pace import main; main()"
            done = subprocess.run(
                [str(python), "-P", "-c", code, *arguments],
                capture_output=True,
                text=True,
                check=True,
                env={each: value for each, value in os.environ.items() if each != "PYTHONPATH"},
            )
            found[name].append(json.loads(done.stdout))
    least_us = {name: min(each["us"] for each in rounds) for name, rounds in found.items()}
    session.say("core: " + ", ".join(f"{us:.1f} µs {name}" for name, us in least_us.items()))
    best = found.get("compiled", found["plain"])[0]
    return {
        "inputs": best["inputs"],
        "us": least_us.get("compiled", least_us["plain"]),
        "us_by_build": least_us,
    }


FIGURES: Final[dict[str, Callable[[Session], Figures]]] = {
    each.__name__: each
    for each in (core, throughput, latency, states, recovery, partitions, workers, tuning)
}
