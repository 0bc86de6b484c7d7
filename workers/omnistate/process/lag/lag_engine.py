"""What the lag worker does: measures every group's lag, again and again, and keeps the last.

It is a member of no group and commits nothing, so any number of them may run. While the cluster is
away it shows what it measured last, and when that was: the ages go on growing.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

from omnistate.adapters.kafka.admin.access import lag_permissions, watched_topics
from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.adapters.kafka.lag.group_lag import Lag, Measurement, keep_installed
from omnistate.adapters.kafka.lag.lag_meter import LagMeter, open_meter
from omnistate.adapters.redis.model_store import RedisStore
from omnistate.adapters.redis.redis_url import UnusableUrl
from omnistate.process.environment import PREFIX
from omnistate.process.errors import Unusable
from omnistate.process.logs import get_logger
from omnistate.process.process_settings import Settings
from omnistate.process.supervisor import (
    Engine,
    Need,
    Supervisor,
    tell_broker_away,
    tell_redis_away,
)
from omnistate.process.waiting import Wait
from omnistate.projections.keys import Keys
from omnistate.projections.read_model.store_ports import StoreUnavailable, StoreUnusable
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.topology import Topology

PROJECTION: Final = "projection"
PERIOD_S: Final = 1.0
# A measurement asks every partition of every group: the rest of the time is the cluster's.
SHARE: Final = 0.25
# A cluster that is back is to be measured soon.
PAUSE_MAX_S: Final = 5.0
# What was measured longer ago says nothing of now.
OLD_S: Final = 30.0
STOP_S: Final = 3.0

Offsets = Mapping[tuple[str, int], int]


class LagEngine(Engine):
    """The exporter of every group's lag."""

    def __init__(
        self, settings: Settings, topology: Topology, report_failure: Callable[[], None]
    ) -> None:
        """Nothing is connected before its needs are. Raises Unusable for a URL that is none.

        `report_failure` is told of each measurement that failed.
        """
        super().__init__(topology, None)
        self.latest: Measurement | None = None
        self._connection = settings.connection
        self._report_failure = report_failure
        self._wait, self._store_wait = Wait(PAUSE_MAX_S), Wait()
        self._clients = AsyncExitStack()
        self._meter: LagMeter | None = None
        # The projection's, as of when Redis answered last: without it nobody moves them either.
        self._kept: Offsets | None = None
        self._problem: str | None = None
        self._store: RedisStore | None = None
        if settings.redis_url is not None:
            try:
                self._store = RedisStore(settings.redis_url, Keys(settings.topic_prefix))
            except UnusableUrl as error:
                raise Unusable(f"{PREFIX}REDIS_URL: {error}") from None

    async def look(self, cluster: Cluster, *, permissions: bool) -> Readiness:
        """Of everything that any group consumes."""
        if permissions:
            await cluster.check_views(lag_permissions(self.topology))
        return await cluster.readiness(self.topology, watched_topics(self.topology))

    def needs(self, partitions: Mapping[str, int]) -> Iterable[Need]:  # noqa: ARG002
        """One measurement, which is refused where something is not permitted."""
        if self._store is None:
            get_logger().info("group_left_out", group=PROJECTION, reason="no Redis is configured")
        yield Need(tell_broker_away, self._measure)

    def tasks(self, supervisor: Supervisor) -> Iterable[Coroutine[Any, Any, None]]:  # noqa: ARG002
        """What measures."""
        return (self._measure_on(),)

    async def stop(self) -> None:
        """Disconnect; whatever takes longer is dropped."""
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._disconnect()
        if self._store is not None:
            await self._store.close()

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Ready: what it shows was measured just now, and is of all groups."""
        latest = self.latest
        age_s = None if latest is None else time.time() - latest.measured_ms / 1_000
        old = age_s is None or age_s > OLD_S
        ready = not old and self._problem is None
        state = {"ready": ready, "measured_s_ago": _rounded(age_s)}
        return ready, state if self._problem is None else {**state, "problem": self._problem}

    def lags(self) -> list[Lag]:
        """What was measured last, of those workers that there are."""
        return [] if self.latest is None else keep_installed(self.latest, self.topology.groups)

    async def _measure_on(self) -> None:
        while True:
            began_s = time.monotonic()
            try:
                await self._measure()
            except (ClusterFailure, LogUnavailable) as error:
                self._report_failure()
                # From outside it is told by when it was measured last.
                pause = self._wait.fail(str(error), time.monotonic())
                if pause.speaks:
                    get_logger().warning(
                        "lag_not_measured", reason=str(error), waited_s=round(pause.waited_s)
                    )
                await asyncio.sleep(pause.seconds)
                continue
            self._wait.succeed()
            spent_s = time.monotonic() - began_s
            await asyncio.sleep(max(PERIOD_S - spent_s, spent_s * (1 / SHARE - 1)))

    async def _measure(self) -> None:
        """Raises ClusterFailure and LogUnavailable; then it is connected anew the next time."""
        await self._ask_store()
        try:
            if self._meter is None:
                self._meter = await self._clients.enter_async_context(
                    open_meter(self._connection, self.topology.groups)
                )
            kept = {} if self._kept is None else {PROJECTION: self._kept}
            self.latest = await self._meter.measure(kept, () if kept else (PROJECTION,))
        except (ClusterFailure, LogUnavailable):
            await self._disconnect()
            raise

    async def _ask_store(self) -> None:
        """How far the projection has come; where Redis is away, as it was said last."""
        if self._store is None:
            return
        try:
            self._kept = dict((await self._store.offsets()).items())
        except (StoreUnavailable, StoreUnusable) as error:
            self._problem = f"Redis: {' '.join(str(error).split())}"
            pause = self._store_wait.fail(str(error), time.monotonic())
            if pause.speaks:
                tell_redis_away(str(error), round(pause.waited_s))
        else:
            self._problem = None
            self._store_wait.succeed()

    async def _disconnect(self) -> None:
        clients, self._clients, self._meter = self._clients, AsyncExitStack(), None
        await clients.aclose()


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
