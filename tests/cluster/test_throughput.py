"""One worker on a backlog of the demo's mix: how fast it was is printed on every run.

What is asserted is CPU time, which a busy machine hardly changes, and far above what it takes: so
much more would not be noise, but work that grows with what is there already.
"""

import asyncio
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from bench.contender import cpu_s
from tests.chaos.chaos_traffic import Event, Traffic
from tests.chaos.lived_day import tell_day
from tests.harness.installation import installed
from tests.harness.topics import read_records
from tests.harness.waiting import wait_until

EVENTS = 40_000
CONVERSATIONS = 200
# Small enough that both inputs grow side by side, as they do in life.
WINDOW = 400
CPU_MOST_US = 2_000


async def preload(brokers: str, prefix: str, events: Iterable[Event]) -> None:
    """In their order, a window at a time."""
    async with AIOKafkaProducer(bootstrap_servers=brokers) as producer:
        stream = iter(events)
        while window := list(itertools.islice(stream, WINDOW)):
            futures = [
                await producer.send(
                    prefix + each.topic, each.value, each.key, headers=list(each.headers)
                )
                for each in window
            ]
            await asyncio.gather(*futures)


@pytest.mark.slow
async def test_one_worker_on_a_backlog(
    brokers: str, prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day, configuration = await tell_day(7, CONVERSATIONS)
    events = itertools.islice(Traffic(day, "throughput", slips=False), EVENTS)
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(configuration)
        await preload(brokers, prefix, events)
        worker = found.worker()
        wait_until("the end", lambda: worker.metric("omnistate_inputs_total") == EVENTS)
        used_s = cpu_s(worker.pid)
        assert worker.stop() == 0
    # The first position of a partition says that it runs, the last one that nothing is left.
    positions = await read_records(brokers, f"{prefix}conversation-positions-changelog")
    times_ms = [record.timestamp for record in positions]
    per_s = EVENTS / ((max(times_ms) - min(times_ms)) / 1_000)
    with capsys.disabled():
        sys.stdout.write(f"\none worker, {EVENTS:,} of the demo's events: {per_s:,.0f} a second\n")
    assert used_s / EVENTS * 1e6 < CPU_MOST_US
