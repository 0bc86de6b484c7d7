"""What the router's worker does: follows its topics, joins the group, acts while it has the turn.

It hosts the routing and owns no state: a restart reads all of it again. A Kafka that is away does
not end it; it says so and goes on when it is back.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Final

from omnistate_schemas.vocabulary import REJECTED_INPUTS

from omnistate.adapters.kafka.configuration.object_follower import ObjectFollower
from omnistate.adapters.kafka.records.acknowledged_sending import AcknowledgedSending
from omnistate.adapters.kafka.worker.followed_topics import FollowedTopics
from omnistate.adapters.kafka.worker.projection_member import ProjectionMember
from omnistate.core.router.queue_standing import QueueStanding, list_standings
from omnistate.process.logs import get_logger
from omnistate.process.process_settings import Settings
from omnistate.process.router.router_metrics import RouterMetrics
from omnistate.process.router.router_report import RouterReport
from omnistate.process.supervisor import Engine, Need, Supervisor, tell_broker_away
from omnistate.process.unusable_records import tell_of_configuration
from omnistate.process.waiting import describe_silence
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.router.pictured_records import FOLLOWED
from omnistate.stream.router.routing import Offsets, Routing
from omnistate.stream.topology import Topology

GROUP: Final = "router"


class RouterEngine(Engine):
    """One worker of the group `router`."""

    def __init__(self, settings: Settings, topology: Topology, metrics: RouterMetrics) -> None:
        """Nothing is connected before its needs are."""
        super().__init__(topology, GROUP)
        connection = settings.connection
        self._session_timeout_s = settings.session_timeout
        self._report = RouterReport(metrics)
        self._member = ProjectionMember(connection, self.group, settings.membership)
        whole = [topic for topic in FOLLOWED if topic != REJECTED_INPUTS]
        self._followed = FollowedTopics(connection, whole, [REJECTED_INPUTS])
        self._sending = AcknowledgedSending(connection)
        self._routing = Routing(
            self._followed,
            self._has_turn,
            self._sending.send,
            self._report,
            _now_ms,
            time.perf_counter,
        )
        configuration = [topic for topic in self.group.follows if topic not in FOLLOWED]
        self._configuration = ObjectFollower(
            connection,
            tell_of_configuration(metrics.unusable),
            configuration,
            self._routing.records.configure,
        )
        # Where what is followed ended when it was begun; None: it was not yet.
        self._first_ends: Offsets | None = None

    def needs(self, partitions: Mapping[str, int]) -> Iterable[Need]:
        """The configuration as it is published, what is followed, then a place in the group."""

        async def follow() -> None:
            await self._followed.start(partitions)
            self._first_ends = await self._followed.ends()

        async def join() -> None:
            await self._member.start()
            get_logger().info("group_joined", group=GROUP)

        yield Need(tell_broker_away, self._configuration.start)
        yield Need(tell_broker_away, follow)
        yield Need(tell_broker_away, join)

    def tasks(self, supervisor: Supervisor) -> Iterable[Coroutine[Any, Any, None]]:  # noqa: ARG002
        """What routes, what it routes by, and the group member."""
        return self._route(), self._configuration.run(), self._member.watch()

    async def stop(self) -> None:
        """Leave the group, so that another one acts at once, and disconnect."""
        await self._member.stop()
        await asyncio.gather(
            self._followed.stop(), self._configuration.stop(), self._sending.stop()
        )

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Ready: it is in its group, and has read what there was when it began; acting or not."""
        silent = describe_silence(self._member.silence_s, self._session_timeout_s)
        left = self._count_left()
        standing = "acting" if self.is_acting else "reading up to the turn"
        ready = self._member.joined and left == 0 and silent is None
        state: dict[str, Any] = {
            "ready": ready,
            "joined": self._member.joined,
            "acting": self.is_acting,
            "offsets_to_read": left,
            "partitions": {
                f"{topic}/{number}": standing for topic, number in self._member.assigned
            },
        }
        return ready, state if silent is None else {**state, "broker": silent}

    @property
    def is_acting(self) -> bool:
        """Whether it is its turn, and it knows what was there when the turn came."""
        return self._routing.is_acting and self._has_turn()

    def unanswered_s(self) -> float:
        """For how long the gate has not answered its oldest request; 0 where there is none."""
        oldest_ms = self._routing.records.router.picture.under_way.oldest_ms
        return 0.0 if oldest_ms is None else max(_now_ms() - oldest_ms, 0) / 1_000

    def standings(self) -> list[QueueStanding]:
        """How the queues stand; nothing while another one acts."""
        if not self.is_acting:
            return []
        return list(list_standings(self._routing.records.router.picture, _now_ms()))

    async def _route(self) -> None:
        while True:
            try:
                await self._routing.turn()
                await self._sending.check()
            except LogUnavailable as error:
                await asyncio.sleep(self._report.log_failed(str(error)).seconds)
            else:
                self._report.log_worked()

    def _has_turn(self) -> bool:
        """Whether the partition of the turn is ours, and the group has not given it away since."""
        return bool(self._member.assigned) and self._member.silence_s < self._session_timeout_s

    def _count_left(self) -> int | None:
        """How many offsets are left of those that were there at first; None: it is not known."""
        if self._first_ends is None:
            return None
        positions = self._followed.positions()
        return sum(max(end - positions.get(at, 0), 0) for at, end in self._first_ends.items())


def _now_ms() -> int:
    return round(time.time() * 1_000)
