"""What the lag command and the lag worker say of an installation, as their tests ask it."""

import json
from typing import Any

from tests.harness.installation import Installation
from tests.harness.worker_process import WorkerProcess

GROUPS = ("conversation", "representative", "projection", "figures")
TOPIC = "channel-events"


def lag_of(found: Installation, group: str = "conversation", topic: str = TOPIC) -> dict[str, Any]:
    """What the command says of partition 0."""
    (line,) = [
        each
        for each in map(json.loads, found.run("lag", "--json").splitlines())
        if (each["group"], each["topic"], each["partition"]) == (group, topic, 0)
    ]
    return dict(line)


def shown(
    worker: WorkerProcess, metric: str, found: Installation, group: str, **labels: str
) -> float:
    return worker.metric(f"omnistate_{metric}", group=f"{found.prefix}{group}", **labels)


def caught_up(worker: WorkerProcess, found: Installation) -> bool:
    return not any(shown(worker, "group_lag_records", found, group) for group in GROUPS)


def exporter_age(exporter: WorkerProcess, found: Installation, partition: int) -> float:
    """Of the partition of the events: whichever waits longest."""
    return max(
        shown(
            exporter,
            "group_lag_seconds",
            found,
            "conversation",
            topic=f"{found.prefix}{topic}",
            partition=str(partition),
        )
        for topic in (TOPIC, "agent-actions")
    )


async def ask(found: Installation) -> dict[str, Any]:
    return lag_of(found)
