"""Two routers under load, and ten times the one that acts is killed: nothing is lost or too much.

How long nobody was offered anything is printed: by the append times of what routers asked for.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.acting_routers import acting
from tests.cluster.desk_traffic import DeskTraffic
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events, read_records
from tests.harness.waiting import eventually, stretch
from tests.harness.worker_process import WorkerProcess

KILLS = 10
SESSION_S = 4
UNITS = 40
# Each can hold two.
PEOPLE = 12
# So many are offered before the next one is killed.
OFFERS_BETWEEN = 10
CENTRE: dict[str, Any] = {
    "workstreams": {
        "chat": {"channel": "live_chat", "units": UNITS, "assign_through_gate": True},
    },
    "representatives": {
        f"rep-{number}": {"units": 100, "default_presence": "available", "queues": ["support"]}
        for number in range(PEOPLE)
    },
    # Somebody who declines must not keep one back for ever.
    "queues": {"support": {"max_declines": 100}},
}


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path, session_timeout=SESSION_S) as found:
        found.set_up(CENTRE, partitions=3)
        yield found


async def longest_pauses(found: Installation, kills_ms: list[int], end_ms: int) -> list[float]:
    """After each killing the longest time, in seconds, in which nothing was asked for."""
    records = await read_records(found.brokers, f"{found.prefix}assignment-requests")
    asked_ms = sorted(record.timestamp for record in records)
    return [
        max(
            later - max(sooner, killed_ms)
            for sooner, later in pairwise([*asked_ms, end_ms])
            if later > killed_ms and sooner < next_ms
        )
        / 1_000
        for killed_ms, next_ms in pairwise([*kills_ms, end_ms])
    ]


@pytest.mark.slow
async def test_ten_killed_routers_lose_nothing_and_give_nobody_too_much(
    installation: Installation,
) -> None:
    seed = random.randrange(2**32)
    installation.worker()
    installation.worker("representative")
    routers = [installation.worker("router"), installation.worker("router")]
    kills_ms: list[int] = []

    async def who_acts() -> list[WorkerProcess]:
        traffic.check()
        return await asyncio.to_thread(acting, routers)

    async def await_offers() -> None:
        wanted = traffic.offers + OFFERS_BETWEEN

        async def offers() -> int:
            traffic.check()
            return traffic.offers

        await eventually("offers", offers, lambda made: made >= wanted)

    async def await_acting(candidates: list[WorkerProcess]) -> WorkerProcess:
        (found,) = await eventually(
            "one of them acts", who_acts, lambda found: len(found) == 1 and found[0] in candidates
        )
        return found

    async def closed() -> int:
        traffic.check()
        return traffic.closed

    async with DeskTraffic(
        installation.brokers, installation.prefix, random.Random(seed)
    ) as traffic:
        for _ in range(KILLS):
            await await_offers()
            first = await await_acting(routers)
            first.kill()
            kills_ms.append(round(time.time() * 1_000))
            await await_acting([each for each in routers if each is not first])
            first.start()
            await asyncio.to_thread(first.await_ready)
        await await_offers()
        end_ms = round(time.time() * 1_000)
        traffic.leave_off()
        await eventually("all are over", closed, lambda found: found == traffic.started)

    pauses = await longest_pauses(installation, kills_ms, end_ms)
    sys.stdout.write(
        f"{KILLS} routers killed, {traffic.started} conversations, {traffic.offers} offers; "
        f"longest pause {max(pauses):.1f} s at a session timeout of {SESSION_S} s; all: {pauses}\n"
    )
    assert max(pauses) < stretch(SESSION_S + 6), f"seed {seed}: {pauses}"
    # Nobody had more than they can hold at any time, by what the gate says and by the audit.
    pictures = await read_events(
        installation.brokers, f"{installation.prefix}representative-capacity"
    )
    assert min(each["data"]["available_units"] for each in pictures) >= 0, f"seed {seed}"
    said = json.loads(installation.run("audit", "--json"))
    assert said["counts"]["grants"] >= traffic.offers > traffic.started, f"seed {seed}"
