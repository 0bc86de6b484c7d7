"""What a worker on the partition task does: follows the configuration, joins its group, runs.

It hosts the stream and owns no state.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Final

from omnistate.adapters.kafka.configuration.configuration_follower import ConfigurationFollower
from omnistate.adapters.kafka.worker.group_member import GroupMember
from omnistate.core.directory import Directory
from omnistate.process.errors import GivenUp
from omnistate.process.logs import get_logger
from omnistate.process.partitions.partition_metrics import PartitionMetrics
from omnistate.process.partitions.partition_report import PartitionReport
from omnistate.process.process_settings import Settings
from omnistate.process.supervisor import (
    Engine,
    Need,
    Supervisor,
    tell_broker_away,
)
from omnistate.process.unusable_records import tell_of_configuration
from omnistate.process.waiting import describe_silence
from omnistate.stream.conversation.processor import process_conversations
from omnistate.stream.partition_owner import PartitionOwner
from omnistate.stream.ports import Processor
from omnistate.stream.representative.totals_processor import process_representatives
from omnistate.stream.topology import Topology

Processing = Callable[[Directory, int, int, int | None], Callable[[], Processor]]
# What each worker on the partition task does with its partitions, by its group's name.
PROCESSING: Final[dict[str, Processing]] = {
    "conversation": process_conversations,
    "representative": process_representatives,
}
# Longer than everything that a turn may wait for.
STANDSTILL_S: Final = 120.0
# Without an answer for so long, what is known of a partition's inputs is not the present.
SILENT_S: Final = 30.0
# So long an open transaction of somebody else's may hold a partition up before it is not ready.
HELD_UP_S: Final = 60.0


class PartitionEngine(Engine):
    """One worker of a group that runs on partition tasks."""

    def __init__(
        self,
        group: str,
        settings: Settings,
        topology: Topology,
        metrics: PartitionMetrics,
        report: PartitionReport,
    ) -> None:
        """Nothing is connected before its needs are."""
        super().__init__(topology, group)
        self._settings = settings
        self._report = report
        complain = tell_of_configuration(metrics.unusable)
        self._follower = ConfigurationFollower(settings.connection, complain, self.group.follows)
        self._member: GroupMember[Processor] | None = None
        metrics.watch(
            lambda: self._member.owners if self._member else (),
            self.group.consumes,
            lambda number: self._silence_s(number) < SILENT_S,
        )

    def needs(self, partitions: Mapping[str, int]) -> Iterable[Need]:
        """The configuration as it is published, then a place in the group."""

        async def join() -> None:
            member = self._make_member(partitions)
            # From the start on: what it takes is ours to let go.
            self._member = member
            try:
                await member.start()
            except BaseException:
                self._member = None
                await member.stop()
                raise
            count = partitions[self.group.consumes[0]]
            get_logger().info("group_joined", group=self.group.name, partitions=count)

        yield Need(tell_broker_away, self._follower.start)
        yield Need(tell_broker_away, join)

    def tasks(self, supervisor: Supervisor) -> Iterable[Coroutine[Any, Any, None]]:  # noqa: ARG002
        """Its partitions, and the configuration."""
        assert self._member is not None
        return self._member.watch(), self._follower.run()

    async def stop(self) -> None:
        """Finish the batches under way, commit them, leave the group."""
        if self._member is not None:
            await self._member.stop()
        await self._follower.stop()

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Ready: the group has been joined, and every partition that is ours runs."""
        owners = list(self._member.owners) if self._member is not None else []
        joined = self._member is not None and self._member.owners.joined
        partitions = {str(owner.number): self._describe(owner) for owner in owners}
        silent = describe_silence(
            self._member.silence_s if self._member is not None else 0.0,
            self._settings.session_timeout,
        )
        ready = joined and silent is None and all(each == "running" for each in partitions.values())
        state = {"ready": ready, "joined": joined, "partitions": partitions}
        return ready, state if silent is None else {**state, "broker": silent}

    def _silence_s(self, number: int) -> float:
        return 0.0 if self._member is None else self._member.inputs_silence_s(number)

    def _describe(self, owner: PartitionOwner[Processor]) -> str:
        if owner.problem is not None:
            return f"stopped: {owner.problem}"
        if not owner.running:
            return f"{owner.restored_ratio:.0%} restored"
        silence_s = self._silence_s(owner.number)
        if silence_s >= SILENT_S:
            return f"the brokers of its inputs have not answered for {silence_s:.0f} s"
        held = self._member.hold_up(owner.number) if self._member is not None else None
        if held is None or held.seconds < HELD_UP_S:
            return "running"
        return f"{held.topic} is held up by an open transaction since offset {held.offset}"

    def check_progress(self) -> None:
        """Raise GivenUp where a partition does nothing although the cluster answers."""
        for owner in self._member.owners if self._member is not None else ():
            # A restore may take long; it is seen to come on.
            if owner.running and owner.standing_still_s > STANDSTILL_S:
                raise GivenUp(
                    f"partition {owner.number} has stood still for {owner.standing_still_s:.0f} s "
                    "though the cluster answers"
                )

    def _make_member(self, partitions: Mapping[str, int]) -> GroupMember[Processor]:
        directory, count = self._follower.directory, partitions[self.group.consumes[0]]

        def make_processor(number: int) -> Callable[[], Processor]:
            row_version = self._settings.row_version
            return PROCESSING[self.group.name](directory, number, count, row_version)

        return GroupMember(
            self._settings.connection,
            self.group,
            partitions,
            make_processor,
            self._report,
            membership=self._settings.membership,
            timer_grace_ms=round(self._settings.timer_grace * 1_000),
            skip_unreadable=self._settings.unreadable == "skip",
        )
