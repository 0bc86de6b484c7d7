"""Follows the holds of all representatives for what is written up after hand-overs.

It reads of `capacity-changes` as much as windows are kept for, and only where a workstream lets
anybody write up. A Kafka that is away does not end it: it says so and begins anew.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

from omnistate_schemas.vocabulary import CAPACITY_CHANGES

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker.followed_topics import FollowedTopics
from omnistate.process.logs import get_logger
from omnistate.process.unusable_records import UnusableRecords
from omnistate.process.waiting import Wait
from omnistate.projections.figures.change_reading import NoChange
from omnistate.projections.figures.recent_wrap_ups import TOLD_S, RecentWrapUps
from omnistate.stream.ports import LogUnavailable, UnreadableRecord

POLL_MS: Final = 500
LOOK_S: Final = 1.0
FORGET_S: Final = 60.0


class WrapUpFollower:
    """`run` it; what it has been told is in `wrap_ups`."""

    def __init__(
        self,
        connection: Connection,
        wrap_ups: RecentWrapUps,
        is_wanted: Callable[[], bool],
        unusable: UnusableRecords,
    ) -> None:
        """Nothing is connected before it runs, and `is_wanted` says so."""
        self._wrap_ups = wrap_ups
        self._is_wanted = is_wanted
        self._unusable = unusable
        self._followed = FollowedTopics(connection, [CAPACITY_CHANGES])
        self._forget_s = 0.0

    async def run(self, partitions: Mapping[str, int]) -> None:
        """Until cancelled; `partitions` counts those of each topic."""
        wait = Wait()
        while not self._is_wanted():
            await asyncio.sleep(LOOK_S)
        while True:
            try:
                since_ms = round((time.time() - TOLD_S) * 1_000)
                await self._followed.start(partitions, since_ms)
                while True:
                    await self._turn()
                    wait.succeed()
            except LogUnavailable as error:
                pause = wait.fail(str(error), time.monotonic())
                if pause.speaks:
                    get_logger().warning("wrap_ups_not_read", reason=str(error))
                await asyncio.sleep(pause.seconds)

    async def stop(self) -> None:
        """Disconnect."""
        await self._followed.stop()

    async def _turn(self) -> None:
        for record in await self._followed.poll(POLL_MS):
            partition, offset = record.partition, record.offset
            if isinstance(record, UnreadableRecord):
                self._unusable.tell(CAPACITY_CHANGES, partition, offset, record.problem, batch=True)
                continue
            try:
                self._wrap_ups.take(record.value)
            except NoChange as problem:
                self._unusable.tell(CAPACITY_CHANGES, partition, offset, str(problem))
        now_s = time.time()
        if now_s >= self._forget_s:
            self._wrap_ups.forget(now_s)
            self._forget_s = now_s + FORGET_S
