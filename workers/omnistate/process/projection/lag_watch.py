"""Every group's lag and the number of dead letters, measured while somebody asks for them.

At most once a second, and never so often that measuring would be most of what a worker does. It
shows what it measured last while the cluster is away, and when that was.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from omnistate_schemas.read_api import LagNow, LagRow
from omnistate_schemas.times import format_time

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.adapters.kafka.dead_letters.dead_letter_count import DeadLetterCount
from omnistate.adapters.kafka.lag.group_lag import keep_installed
from omnistate.adapters.kafka.lag.lag_meter import open_meter
from omnistate.adapters.kafka.records.topic_reader import open_reader
from omnistate.process.logs import get_logger
from omnistate.process.waiting import Wait
from omnistate.projections.read_model.store_ports import (
    StoreUnavailable,
    StoreUnusable,
    TopicPartition,
)
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.topology import Topology

PERIOD_S: Final = 1.0
# The rest is for others: a measurement asks every partition of every group.
SHARE: Final = 0.1
# A slow cluster is measured as often as this, or what is shown would be called old.
PAUSE_MAX_S: Final = 8.0
# Measured on for so long after somebody asked last.
INTEREST_S: Final = 15.0
FIRST_S: Final = 3.0
LETTERS_S: Final = 2.0

Offsets = Callable[[], Awaitable[Mapping[TopicPartition, int]]]


class Measured(NamedTuple):
    """What was found, and when."""

    lag: LagNow
    dead_letters: int | None


NOTHING: Final = Measured(LagNow(measured_at=None, partitions=[]), None)


class LagWatch:
    """Measures in the background from the first question on."""

    def __init__(
        self, connection: Connection, topology: Topology, projection: str, offsets: Offsets
    ) -> None:
        """`offsets` are those of the group `projection`, which keeps them in Redis."""
        self._connection = connection
        self._groups = topology.groups
        self._projection = projection
        self._offsets = offsets
        self._letters = DeadLetterCount()
        self._latest = NOTHING
        self._asked_at_s = 0.0
        self._measuring: asyncio.Task[None] | None = None
        self._measured = asyncio.Event()

    async def latest(self) -> Measured:
        """What was measured last; the first question waits for it, but not for long."""
        self._asked_at_s = time.monotonic()
        if self._measuring is None or self._measuring.done():
            self._measured.clear()
            self._measuring = asyncio.create_task(self._measure_on())
        if self._latest is NOTHING:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._measured.wait(), FIRST_S)
        return self._latest

    async def close(self) -> None:
        """Measure no more; may be called again."""
        measuring, self._measuring = self._measuring, None
        if measuring is not None:
            measuring.cancel()
            await asyncio.gather(measuring, return_exceptions=True)

    async def _measure_on(self) -> None:
        wait = Wait()
        while time.monotonic() - self._asked_at_s < INTEREST_S:
            began_s = time.monotonic()
            pause_s = PERIOD_S
            try:
                self._latest = await self._measure()
                wait.succeed()
                spent_s = time.monotonic() - began_s
                pause_s = min(max(PERIOD_S - spent_s, spent_s * (1 / SHARE - 1)), PAUSE_MAX_S)
            except (ClusterFailure, LogUnavailable, StoreUnavailable, StoreUnusable) as error:
                if wait.fail(str(error), time.monotonic()).speaks:
                    get_logger().warning("lag_not_measured", reason=str(error))
            self._measured.set()
            await asyncio.sleep(pause_s)

    async def _measure(self) -> Measured:
        stored = await self._offsets()
        own: dict[tuple[str, int], int] = dict(stored.items())
        async with open_meter(self._connection, self._groups) as meter:
            found = await meter.measure({self._projection: own})
        rows = [
            LagRow(
                group=each.group,
                topic=each.topic,
                partition=each.partition,
                committed=each.committed,
                end=each.end,
                records=each.records,
                seconds=each.seconds(found.measured_ms),
                reason=each.reason,
            )
            for each in keep_installed(found, self._groups)
        ]
        now = format_time(found.measured_ms)
        return Measured(LagNow(measured_at=now, partitions=rows), await self._count_letters())

    async def _count_letters(self) -> int | None:
        try:
            async with open_reader(self._connection, LETTERS_S) as reader:
                return await self._letters.count(reader)
        except LogUnavailable:
            # A transaction there stays open, say: the lag is worth knowing without it.
            return self._latest.dead_letters
