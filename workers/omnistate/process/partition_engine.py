"""The engine in its worker: waits for the cluster, checks the topics, joins the group, watches.

It hosts the runtime and owns no state. Whatever ends that must not end, ends the worker.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.errors import ClusterFailure, Unreachable
from omnistate.adapters.kafka.configuration.configuration_follower import ConfigurationFollower
from omnistate.adapters.kafka.worker.group_member import GroupMember
from omnistate.core.settings import Directory
from omnistate.process.errors import Unusable
from omnistate.process.partition_report import Report
from omnistate.process.process_settings import Settings
from omnistate.process.worker_metrics import Metrics
from omnistate.stream.conversation.processor import process_conversations
from omnistate.stream.ports import LogUnavailable, Processor
from omnistate.stream.representative.totals_processor import process_representatives
from omnistate.stream.topology import Topology

Processing = Callable[[Directory, int, int], Callable[[], Processor]]
# What each worker on the partition task does with its partitions, by its group's name.
PROCESSING: Final[dict[str, Processing]] = {
    "conversation": process_conversations,
    "representative": process_representatives,
}
# How often the topics are looked at while the worker runs: one may be deleted under it.
CHECK_S: Final = 10.0
RETRY_S: Final = 1.0
# Longer than everything that a turn may wait for.
STANDSTILL_S: Final = 120.0
# Looked for so often before it counts as gone: a broker that restarts knows few topics at first.
MISSED_MAX: Final = 3


class Engine(Protocol):
    """What the shell hosts."""

    async def run(self) -> None:
        """Until cancelled; raises what ended it."""

    async def stop(self) -> None:
        """Finish what is under way and leave."""

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether every partition that it owns runs, and how each stands."""


class PartitionEngine:
    """One worker of a group that runs on partition tasks."""

    def __init__(
        self, group: str, settings: Settings, topology: Topology, metrics: Metrics, report: Report
    ) -> None:
        """Nothing is connected before `run`."""
        self._group = topology.group(group)
        self._settings = settings
        self._topology = topology
        self._metrics = metrics
        self._report = report
        self._follower: ConfigurationFollower | None = None
        self._member: GroupMember[Processor] | None = None
        self._metrics.watch(
            lambda: self._member.owners if self._member else (), self._group.consumes
        )

    async def run(self) -> None:
        """Until cancelled. Raises Unusable, or what ended a partition."""
        counts = await self._wait_for_topics()
        group = self._group
        self._follower = ConfigurationFollower(
            self._settings.connection, self._complain, group.follows
        )
        await self._retry(self._follower.start)
        directory = self._follower.directory
        partitions = counts[group.consumes[0]]

        def make_processor(number: int) -> Callable[[], Processor]:
            return PROCESSING[group.name](directory, number, partitions)

        def make_member() -> GroupMember[Processor]:
            return GroupMember(
                self._settings.connection,
                group,
                counts,
                make_processor,
                self._report,
                session_timeout_ms=round(self._settings.session_timeout * 1_000),
                timer_grace_ms=round(self._settings.timer_grace * 1_000),
            )

        async def join() -> None:
            self._member = make_member()
            try:
                await self._member.start()
            except BaseException:
                member, self._member = self._member, None
                await member.stop()
                raise

        await self._retry(join)
        if self._member is None:
            raise Unusable("the group was not joined")
        self._report.note("group_joined", group=group.name, partitions=partitions)
        watches = [
            asyncio.ensure_future(watch)
            for watch in (self._member.watch(), self._follower.run(), self._watch_topics())
        ]
        try:
            done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
            for watch in done:
                watch.result()
            raise Unusable("a task of the worker ended without saying why")
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)

    async def stop(self) -> None:
        """Finish the batches under way, commit them, leave the group."""
        if self._member is not None:
            await self._member.stop()
        if self._follower is not None:
            await self._follower.stop()

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Ready: the group has been joined, and every partition that is ours runs."""
        owners = list(self._member.owners) if self._member is not None else []
        joined = self._member is not None and self._member.owners.joined
        partitions = {
            str(owner.number): "running"
            if owner.running
            else f"{owner.restored_ratio:.0%} restored"
            for owner in owners
        }
        ready = joined and all(owner.running for owner in owners)
        return ready, {"ready": ready, "joined": joined, "partitions": partitions}

    async def _wait_for_topics(self) -> dict[str, int]:
        """The partition count of each topic. Raises Unusable where one is missing or wrong."""
        told = False
        while True:
            try:
                async with open_cluster(self._settings.connection) as cluster:
                    readiness = await cluster.missing_or_wrong(self._topology, self._group.name)
            except ClusterFailure as failure:
                if not told:
                    told = True
                    self._report.complain("waiting_for_broker", reason=str(failure))
                await asyncio.sleep(RETRY_S)
                continue
            if readiness.problem is not None:
                raise Unusable(readiness.problem)
            return dict(readiness.partitions)

    async def _watch_topics(self) -> None:
        """Raise Unusable when a topic has been deleted or changed for the worse."""
        missed = 0
        while True:
            await asyncio.sleep(CHECK_S)
            try:
                async with open_cluster(self._settings.connection) as cluster:
                    readiness = await cluster.missing_or_wrong(self._topology, self._group.name)
            except ClusterFailure:
                # The partitions say so themselves; here it is only not known.
                continue
            self._look_for_standstill()
            missed = 0 if readiness.problem is None else missed + 1
            if missed == MISSED_MAX:
                raise Unusable(str(readiness.problem))

    def _look_for_standstill(self) -> None:
        """Raise Unusable where a partition does nothing although the cluster answers."""
        for owner in self._member.owners if self._member is not None else ():
            # A restore may take long; it is seen to come on.
            if owner.running and owner.standing_still_s > STANDSTILL_S:
                raise Unusable(
                    f"partition {owner.number} has stood still for {owner.standing_still_s:.0f} s "
                    "though the cluster answers"
                )

    async def _retry(self, act: Callable[[], Any]) -> None:
        while True:
            try:
                await act()
            except (LogUnavailable, Unreachable, ClusterFailure) as error:
                self._report.complain("waiting_for_broker", reason=str(error))
                await asyncio.sleep(RETRY_S)
            else:
                return

    def _complain(self, topic: str, key: str | None, problem: str) -> None:
        self._report.complain("configuration_unusable", topic=topic, key=key, problem=problem)
