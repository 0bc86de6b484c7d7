"""The projection in its worker: waits for Kafka and Redis, joins the group, keeps the read model.

It hosts the projector and owns no state. Neither a Kafka nor a Redis that is away ends it: it says
so and goes on when they are back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from omnistate.adapters.kafka.worker.projection_member import ProjectionMember
from omnistate.adapters.redis.model_store import RedisStore
from omnistate.process.errors import Unusable
from omnistate.process.partition_engine import RETRY_S
from omnistate.process.process_settings import Settings
from omnistate.process.projection.projection_report import ProjectionReport
from omnistate.process.topic_watch import TopicWatch
from omnistate.projections.keys import Keys
from omnistate.projections.read_model.projector import Projector
from omnistate.projections.read_model.replacement import TopicReplaced
from omnistate.projections.read_model.store_ports import (
    StoreUnavailable,
    StoreUnusable,
    TopicPartition,
)
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.topology import Topology

GROUP: Final = "projection"


class ProjectionEngine:
    """One worker of the group `projection`."""

    def __init__(
        self, settings: Settings, redis_url: str, topology: Topology, report: ProjectionReport
    ) -> None:
        """Nothing is connected before `run`. Raises UnusableUrl."""
        self.keys = Keys(settings.topic_prefix)
        self._report = report
        self._store = RedisStore(redis_url, self.keys)
        self._topics = TopicWatch(settings.connection, topology, GROUP)
        self._source = ProjectionMember(
            settings.connection, topology.group(GROUP), round(settings.session_timeout * 1_000)
        )
        self.projector = Projector(
            self._source, self._store, self.keys, report, lambda: round(time.time() * 1_000)
        )

    async def offsets(self) -> Mapping[TopicPartition, int]:
        """How far every partition has come, whoever applies it. Raises StoreUnavailable."""
        return await self._store.offsets()

    async def run(self) -> None:
        """Until cancelled. Raises Unusable, or what ended the group member."""
        await self._topics.wait()
        await self._retry("waiting_for_redis", self._store.offsets)
        await self._retry("waiting_for_broker", self._source.start)
        self._report.note("group_joined", group=GROUP)
        tasks = [
            asyncio.ensure_future(each)
            for each in (self.projector.run(), self._source.watch(), self._topics.watch())
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
            raise Unusable("a task of the worker ended without saying why")
        except (TopicReplaced, StoreUnusable) as error:
            raise Unusable(str(error)) from None
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Leave the group and disconnect. A batch under way is applied whole, or not at all."""
        self._report.close()
        await self._source.stop()
        await self._store.close()

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Ready: what there was when the partitions were taken has been applied."""
        projector = self.projector
        partitions = {
            f"{place.topic}/{place.partition}": "running"
            if standing.caught_up
            else f"{standing.ratio:.0%} restored"
            for place, standing in projector.standings.items()
        }
        ready = projector.ready
        return ready, {"ready": ready, "joined": self._source.joined, "partitions": partitions}

    async def _retry(self, event: str, act: Callable[[], Awaitable[object]]) -> None:
        told = False
        while True:
            try:
                await act()
            except (StoreUnavailable, LogUnavailable) as error:
                if not told:
                    told = True
                    self._report.wait(event, str(error))
                await asyncio.sleep(RETRY_S)
            except StoreUnusable as error:
                raise Unusable(str(error)) from None
            else:
                return
