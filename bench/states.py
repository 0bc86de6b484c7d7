"""Many open conversations: what they take of memory, how fast they come back, and work beside them.

For each number: a worker takes their starts in and is stopped; one that restores them is timed
beside a plain reader of the same changelogs; then a backlog of the mix is worked off.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from omnistate.stream.topology import load_topology

from bench.broker_fixture import BrokerFixture
from bench.contender import Contender, resident_bytes
from bench.contenders import OMNISTATE, Job, start_command, start_worker
from bench.mix import Mix
from bench.watch import Watched, watch

TIMEOUT_S: Final = 3_600.0

Figures = dict[str, Any]


def measure_states(
    broker: BrokerFixture, mix: Mix, conversations: int, events: int, partitions: int
) -> Figures:
    """Everything about one number of open conversations."""
    prefix = f"open-{conversations}."
    job = Job(broker, prefix, partitions, events, f"{prefix}run")
    broker.lay_out(prefix, mix.configuration(mix.centres(events)), partitions)
    try:
        empty_bytes, full_bytes = _take_in(job, mix, conversations)
        restored = _restore(job)
        plain = read_plainly(job, [f"{prefix}{name}" for name in _changelogs()])
        broker.load(prefix, mix.say(events), partitions)
        with start_worker(job, 3) as worker:
            pace = watch(_watched(job, conversations + events), [worker], TIMEOUT_S)
    finally:
        broker.drop(prefix)
    rows = plain["records"]
    return {
        "conversations": conversations,
        "bytes_each_taken_in": (full_bytes - empty_bytes) / conversations,
        "bytes_each_restored": (restored["bytes"] - empty_bytes) / conversations,
        "rows": rows,
        "restore_s": restored["restore_s"],
        "ready_s": restored["ready_s"],
        "rows_per_s": rows / restored["restore_s"],
        "plain_rows_per_s": plain["records"] / plain["seconds"],
        "per_s": pace.per_s,
        "cpu_us": pace.cpu_us,
    }


def _take_in(job: Job, mix: Mix, conversations: int) -> tuple[int, int]:
    """The memory of a worker without, and then with so many open conversations."""
    with start_worker(job, 0) as worker:
        worker.await_ready(TIMEOUT_S)
        empty_bytes = resident_bytes(worker.pid)
        job.broker.load(job.prefix, mix.open_conversations(conversations), job.partitions)
        watch(_watched(job, conversations), [worker], TIMEOUT_S)
        return empty_bytes, resident_bytes(worker.pid)


def _restore(job: Job) -> Figures:
    """From the group's word to running, the slowest partition; and from the start to ready."""
    with start_worker(job, 1) as worker:
        ready_s = worker.await_ready(TIMEOUT_S)
        size = resident_bytes(worker.pid)
        seconds = [
            float(line["seconds"])
            for line in _lines(worker)
            if line.get("event") == "partition_running"
        ]
    return {"ready_s": ready_s, "restore_s": max(seconds), "bytes": size}


def _lines(worker: Contender) -> Iterator[Figures]:
    for line in worker.log.read_text(encoding="utf-8").splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def read_plainly(job: Job, topics: list[str]) -> Figures:
    """What a plain consumer takes for the same records; only the first fetch is not counted."""
    command = [*start_command("read_only"), "--brokers", job.broker.brokers]
    command += ["--inputs", *topics, "--output", "-", "--table", "-", "--group", "-"]
    command += ["--partitions", str(job.partitions)]
    with Contender.run(command, job.broker.folder / f"{job.run}-plain.log") as reader:
        found: Figures = json.loads(reader.wait_for("pace", TIMEOUT_S))
    return found


def _watched(job: Job, events: int) -> Watched:
    return Watched(
        job.broker.brokers,
        job.broker.broker_pid,
        OMNISTATE.inputs(job),
        OMNISTATE.outputs(job),
        OMNISTATE.group(job),
        job.partitions,
        events,
    )


def _changelogs() -> list[str]:
    return list(load_topology().group("conversation").tables.values())
