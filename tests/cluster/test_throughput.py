"""How fast one worker is on a backlog of the demo's mix: the figure is printed on every run.

The floor is far below what a quiet machine does, since tests run beside each other on a busy one.
"""

import asyncio
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from tests.chaos.chaos_traffic import Event, Traffic, tell_day
from tests.harness.installation import installed, wait_until
from tests.harness.topic_reading import read_records

EVENTS = 40_000
CONVERSATIONS = 200
# Small enough that both inputs grow side by side, as they do in life.
WINDOW = 400
FLOOR_PER_S = 3_000


async def preload(brokers: str, prefix: str, events: Iterable[Event]) -> None:
    """In their order, a window at a time."""
    producer = AIOKafkaProducer(bootstrap_servers=brokers)
    await producer.start()
    try:
        stream = iter(events)
        while window := list(itertools.islice(stream, WINDOW)):
            futures = [
                await producer.send(
                    prefix + each.topic, each.value, each.key, headers=list(each.headers)
                )
                for each in window
            ]
            await asyncio.gather(*futures)
    finally:
        await producer.stop()


@pytest.mark.timeout(240)
def test_one_worker_on_a_backlog(
    brokers: str, prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day, configuration = asyncio.run(tell_day(7, CONVERSATIONS))
    events = itertools.islice(Traffic(day, "throughput", slips=False), EVENTS)
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(configuration)
        asyncio.run(preload(brokers, prefix, events))
        worker = found.worker()
        wait_until("the end", lambda: worker.metric("omnistate_inputs_total") == EVENTS, 120)
        assert worker.stop() == 0
    # The first position of a partition says that it runs, the last one that nothing is left.
    positions = read_records(brokers, f"{prefix}conversation-positions-changelog")
    times_ms = [record.timestamp for record in positions]
    per_s = EVENTS / ((max(times_ms) - min(times_ms)) / 1_000)
    with capsys.disabled():
        sys.stdout.write(f"\none worker, {EVENTS:,} of the demo's events: {per_s:,.0f} a second\n")
    assert per_s > FLOOR_PER_S
