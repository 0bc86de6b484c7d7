"""A member of a group that shares partitions out, and keeps its offsets elsewhere.

The port `Source`. It commits nothing, and reads nothing of a partition before it is told where to
begin; what the records mean, and where to go on, is for whoever reads.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence

from aiokafka import ConsumerRebalanceListener
from aiokafka import TopicPartition as PhysicalPartition  # named as on the cluster
from aiokafka.errors import IllegalStateError

from omnistate.adapters.kafka.clients.client_shutdown import disconnect
from omnistate.adapters.kafka.clients.connection import Connection, Membership
from omnistate.adapters.kafka.clients.errors import translated
from omnistate.adapters.kafka.internals.consumer import GroupConsumer
from omnistate.adapters.kafka.internals.fetching import next_offset, unread_count
from omnistate.adapters.kafka.records.record_factory import unpack_for
from omnistate.adapters.kafka.records.stand_ins import stand_in_for
from omnistate.adapters.kafka.worker import membership
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.projections.read_model.store_ports import Bounds, TopicPartition
from omnistate.stream.ports import LogUnavailable, Record
from omnistate.stream.topology_parts import Group


class ProjectionMember:
    """One worker in its group, from `start` to `stop`; afterwards it may be started again."""

    def __init__(self, connection: Connection, group: Group, membership: Membership) -> None:
        """Nothing is connected before `start`."""
        self._connection = connection
        self._group = group
        self._membership = membership
        self._member: GroupConsumer | None = None
        self._ends: EndOffsets | None = None
        self.generation = 0
        self.joined = False
        self.assigned: frozenset[TopicPartition] = frozenset()

    async def start(self) -> None:
        """Connect and join; partitions come when the group says so. Raises LogUnavailable."""
        await self.stop()
        self._ends = EndOffsets(self._connection)
        member = self._connection.member(self._group.name, self._membership)
        self._member = member
        await self._ends.start()
        await membership.join(member, self._connection, self._group, _Listener(self))

    async def watch(self) -> None:
        """Until the member ends, which it must not. Raises LogUnavailable."""
        assert self._member is not None
        await membership.watch(self._member)

    @property
    def silence_s(self) -> float:
        """For how long the group's coordinator has not answered; 0 while there is none."""
        return 0.0 if self._member is None else membership.silence_s(self._member)

    async def stop(self) -> None:
        """Leave the group and disconnect; may be called at any time, and again."""
        member, self._member = self._member, None
        ends, self._ends = self._ends, None
        self._share_out(())
        self.joined = False
        # Together: a broker that is gone may take its time for each.
        farewells = [] if member is None else [disconnect(member)]
        if ends is not None:
            farewells.append(ends.stop())
        await asyncio.gather(*farewells)

    async def bounds(self, places: Collection[TopicPartition]) -> Mapping[TopicPartition, Bounds]:
        """Where partitions begin, and where their committed records end. Raises LogUnavailable."""
        if self._ends is None:
            raise LogUnavailable("not connected")
        partitions = {self._partition(place): place for place in places}
        beginnings = await self._ends.beginnings(*partitions)
        ends = await self._ends.ask(*partitions)
        return {
            place: Bounds(beginnings[partition], ends[partition])
            for partition, place in partitions.items()
        }

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Read the partition from this offset on. Raises LogUnavailable where it is not ours."""
        partition = self._partition(place)
        try:
            self._connected.seek(partition, offset)
            self._connected.resume(partition)
        except IllegalStateError:
            raise LogUnavailable("the partition was given to another worker") from None

    async def poll(
        self, places: Iterable[TopicPartition], wait_ms: int
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """What has come, by partition; empty where nothing came in time. Raises LogUnavailable.

        An UnreadableRecord, the last of its partition, stands for a batch that nobody can read.
        """
        partitions = {self._partition(place): place for place in places}
        member = self._connected
        with translated():
            found = await member.getmany(*partitions, timeout_ms=wait_ms)
        given: dict[TopicPartition, list[Record]] = {}
        for partition, records in found.items():
            if records:
                place = partitions[partition]
                unpack = unpack_for(*place)
                given[place] = [unpack(None, each) for each in records]
        for partition, place in partitions.items():
            batch = member.unreadable.pop(partition, None)
            if batch is not None:
                given.setdefault(place, []).append(stand_in_for(batch, *place))
        return given

    def position(self, place: TopicPartition) -> int | None:
        """The offset that is read next, markers of transactions included; None: not known."""
        return None if self._member is None else next_offset(self._member, self._partition(place))

    def backlog(self, place: TopicPartition) -> int:
        """How many offsets there are still to be read, as far as is known."""
        return 0 if self._member is None else unread_count(self._member, self._partition(place))

    @property
    def _connected(self) -> GroupConsumer:
        if self._member is None:
            raise LogUnavailable("not connected")
        return self._member

    def _partition(self, place: TopicPartition) -> PhysicalPartition:
        return PhysicalPartition(self._connection.physical(place.topic), place.partition)

    def _share_out(self, partitions: Iterable[PhysicalPartition]) -> None:
        self.generation += 1
        self.assigned = frozenset(
            TopicPartition(self._connection.logical(each.topic), each.partition)
            for each in partitions
        )

    def revoke(self) -> None:
        """A rebalance begins."""
        self._share_out(())

    def assign(self, partitions: set[PhysicalPartition]) -> None:
        """A rebalance has ended with these partitions for us."""
        if self._member is not None:
            # Nothing is fetched before it is known where to begin.
            self._member.pause(*partitions)
            self._share_out(partitions)
            self.joined = True


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, member: ProjectionMember) -> None:
        self._member = member

    def on_partitions_revoked(self, revoked: set[PhysicalPartition]) -> None:  # noqa: ARG002
        self._member.revoke()

    def on_partitions_assigned(self, assigned: set[PhysicalPartition]) -> None:
        self._member.assign(assigned)
