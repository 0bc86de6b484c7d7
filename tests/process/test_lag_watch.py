"""The lag watch after a measurement that failed late: it tries again soon, not nine times later."""

import asyncio
import time
from collections.abc import Mapping

import pytest
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.process.projection import lag_watch
from omnistate.process.projection.lag_watch import LagWatch
from omnistate.projections.read_model.store_ports import StoreUnavailable, TopicPartition
from omnistate.stream.topology import load_topology


async def test_it_tries_again_soon_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag_watch, "PERIOD_S", 0.05)
    asked_at_s: list[float] = []

    async def offsets() -> Mapping[TopicPartition, int]:
        asked_at_s.append(time.monotonic())
        await asyncio.sleep(0.3)
        raise StoreUnavailable("away")

    watch = LagWatch(Connection(), load_topology(), "projection", offsets)
    try:
        assert (await watch.latest()).lag.measured_at is None
        async with asyncio.timeout(10):
            while len(asked_at_s) < 3:
                await asyncio.sleep(0.01)
    finally:
        await watch.close()
    assert asked_at_s[2] - asked_at_s[1] < 1.5
