"""Service figures of an installation: as the topic, its workers' metrics and Redis have them."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from omnistate.projections.figures.service_figures import FIGURES
from omnistate.projections.figures.windows import in_seconds
from redis import Redis

from tests.harness.installation import Installation
from tests.harness.topics import read_events
from tests.harness.worker_process import WorkerProcess
from tests.projections.figure_recount import recount

HOUR_S = 3_600
SAMPLE = re.compile(
    r'omnistate_figures_(\w+)\{queue="(\w*)",span="\w+",window="1h",workstream="(\w+)"\} (\S+)'
)
# Workstream, queue ("" = all) and figure.
Figures = Counter[tuple[str, str, str]]


async def changes(found: Installation) -> list[dict[str, Any]]:
    return await read_events(found.brokers, f"{found.prefix}conversation-state-changes")


async def expected(found: Installation, thresholds_ms: dict[str, int]) -> Figures:
    """Workstream, queue ("" = all) and figure, recounted from the topic."""
    sums: Figures = Counter()
    counted = recount(await changes(found), thresholds_ms, HOUR_S)
    for (workstream, queue, _, name), number in counted.items():
        for row in {queue, ""}:
            sums[workstream, row, name] += number
    return sums


def shown(*workers: WorkerProcess) -> Figures:
    """The same from metrics; two hours, so that a test may run past the end of one."""
    sums: Figures = Counter()
    for worker in workers:
        for queue, workstream, name, number in parse(worker.get("/metrics")[1]):
            sums[workstream, queue, name] += number
    return +sums


def parse(text: str) -> Iterator[tuple[str, str, str, int]]:
    """Queue, workstream, figure and number, of an hour's rows."""
    names = {in_seconds(name): name for name in FIGURES}
    for metric, queue, workstream, number in SAMPLE.findall(text):
        if metric in names:
            name = names[metric]
            yield queue, workstream, name, _whole(name, float(number))


def _whole(name: str, number: float) -> int:
    return round(number * 1_000) if name.endswith("_ms") else round(number)


def stored(found: Installation, client: Redis) -> Figures:
    """The same from Redis."""
    sums: Figures = Counter()
    rows: Any = client.zrange(f"{found.prefix}omnistate:figures-rows:{HOUR_S}", 0, -1)
    for workstream, queue in map(json.loads, rows):
        key = f"{found.prefix}omnistate:figures:{HOUR_S}:{workstream}:{queue}"
        fields: Any = client.hgetall(key)
        for span in ("current", "previous"):
            for name in FIGURES:
                number = float(fields[f"{span}_{in_seconds(name)}"])
                sums[workstream, queue, name] += _whole(name, number)
    return +sums


def differences(wanted: Figures, found: Figures) -> dict[tuple[str, str, str], int]:
    """How many more or fewer there are than there should be, of what is counted one by one."""
    keys = [key for key in wanted | found if key[1] and not key[2].endswith("_ms")]
    return {key: found[key] - wanted[key] for key in keys if found[key] != wanted[key]}
