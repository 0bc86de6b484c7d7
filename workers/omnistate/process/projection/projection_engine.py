"""What the projection's worker does: joins the group, keeps the read model in Redis.

It hosts the projector and owns no state. Neither a Kafka nor a Redis that is away ends it: it says
so and goes on when they are back.
"""

import math
import time
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Final

from omnistate.adapters.kafka.worker.projection_member import ProjectionMember
from omnistate.adapters.redis.model_store import RedisStore
from omnistate.process.logs import get_logger
from omnistate.process.process_settings import Settings
from omnistate.process.projection.projection_report import ProjectionReport
from omnistate.process.supervisor import (
    Engine,
    Need,
    Supervisor,
    tell_broker_away,
    tell_redis_away,
)
from omnistate.process.waiting import describe_silence
from omnistate.projections.keys import Keys
from omnistate.projections.read_model.projector import Projector
from omnistate.projections.read_model.store_ports import TopicPartition
from omnistate.stream.topology import Topology

GROUP: Final = "projection"


class ProjectionEngine(Engine):
    """One worker of the group `projection`."""

    def __init__(
        self, settings: Settings, redis_url: str, topology: Topology, report: ProjectionReport
    ) -> None:
        """Nothing is connected before its needs are. Raises UnusableUrl."""
        super().__init__(topology, GROUP)
        self.keys = Keys(settings.topic_prefix)
        self._session_timeout_s = settings.session_timeout
        self._report = report
        self._store = RedisStore(redis_url, self.keys, report.key_unusable)
        self._source = ProjectionMember(settings.connection, self.group, settings.membership)
        self.projector = Projector(
            self._source, self._store, self.keys, report, lambda: round(time.time() * 1_000)
        )

    async def offsets(self) -> Mapping[TopicPartition, int]:
        """How far every partition has come, whoever applies it. Raises StoreUnavailable."""
        return await self._store.offsets()

    def needs(self, partitions: Mapping[str, int]) -> Iterable[Need]:  # noqa: ARG002
        """A Redis that can hold the read model, then a place in the group."""

        async def join() -> None:
            await self._source.start()
            get_logger().info("group_joined", group=GROUP)

        yield Need(tell_redis_away, self._store.offsets)
        yield Need(tell_broker_away, join)

    def tasks(self, supervisor: Supervisor) -> Iterable[Coroutine[Any, Any, None]]:  # noqa: ARG002
        """What keeps the read model, and the group member."""
        return self.projector.run(), self._source.watch()

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
        silent = self._silence
        ready = projector.ready and silent is None
        state = {"ready": ready, "joined": self._source.joined, "partitions": partitions}
        return ready, state if silent is None else {**state, "broker": silent}

    def lags(self) -> Mapping[TopicPartition, tuple[float, float]]:
        """Offsets and seconds that each partition is behind; no numbers while nobody tells."""
        found = self.projector.lags()
        return found if self._silence is None else dict.fromkeys(found, (math.nan, math.nan))

    @property
    def _silence(self) -> str | None:
        return describe_silence(self._source.silence_s, self._session_timeout_s)
