"""This worker's place in its consumer group: joins, follows rebalances, leaves.

It starts what the partitions of a worker share, and tells the owners which of them are ours.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

from aiokafka import ConsumerRebalanceListener, TopicPartition

from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection, Membership
from omnistate.adapters.kafka.clients.errors import look_at, translated
from omnistate.adapters.kafka.worker import membership
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.adapters.kafka.worker.hold_ups import HoldUp
from omnistate.adapters.kafka.worker.kafka_partition import KafkaPartition
from omnistate.adapters.kafka.worker.kafka_transaction import OutputLayout
from omnistate.adapters.kafka.worker.shared_clients import SharedClients
from omnistate.stream.broker_clock import BrokerClock
from omnistate.stream.observer import PartitionObserver
from omnistate.stream.ownership import Ownership
from omnistate.stream.partition_owner import PartitionOwner
from omnistate.stream.partition_owners import PartitionOwners
from omnistate.stream.ports import LogUnavailable, Processor
from omnistate.stream.topology_parts import Group

# How old the ends may be that lag is counted up to.
MEASURE_S: Final = 5.0
MEASURE_TIMEOUT_S: Final = 20.0

P = TypeVar("P", bound=Processor)


class GroupMember(Generic[P]):
    """One worker in the group of `topics.yaml`, from `start` to `stop`."""

    def __init__(
        self,
        connection: Connection,
        group: Group,
        partition_counts: Mapping[str, int],
        make_processor: Callable[[int], Callable[[], P]],
        observer: PartitionObserver,
        *,
        membership: Membership,
        timer_grace_ms: int,
        skip_unreadable: bool = False,
    ) -> None:
        """`partition_counts` says how many partitions each topic has on the cluster.

        A batch that nobody can read stops its partition; with `skip_unreadable` it is passed over.
        """
        self._connection = connection
        self._group = group
        self._counts = partition_counts
        self._make_processor = make_processor
        self._observer = observer
        self._timer_grace_ms = timer_grace_ms
        self._skip_unreadable = skip_unreadable
        self._logs: dict[int, KafkaPartition] = {}
        self.clock = BrokerClock()
        self._member = connection.member(group.name, membership)
        self._admin = connection.admin()
        self._shared = SharedClients(
            connection,
            self._member,
            Cluster(connection, self._admin),
            EndOffsets(connection),
            self.clock,
        )
        self._deciding = asyncio.Lock()
        self.owners: PartitionOwners[P] = PartitionOwners(self._make_owner, observer)
        self._rebalance = asyncio.Lock()

    async def start(self) -> None:
        """Connect and join; partitions come when the group says so. Raises LogUnavailable."""
        with translated():
            await self._admin.start()
            await self._shared.ends.start()
        await membership.join(self._member, self._connection, self._group, _Listener(self))

    async def watch(self) -> None:
        """Until something ends that must not: raises what ended it."""
        measuring = asyncio.create_task(self._measure())
        watching = asyncio.ensure_future(membership.watch(self._member))
        watching.add_done_callback(look_at)
        failure = self.owners.failure
        either: list[asyncio.Future[Any]] = [watching, failure]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if failure.done():
                raise failure.result()
            await watching
        finally:
            watching.cancel()
            measuring.cancel()

    def hold_up(self, number: int) -> HoldUp | None:
        """The open transaction that holds a partition up, if one does."""
        log = self._logs.get(number)
        return None if log is None else log.inputs.hold_ups.longest

    @property
    def silence_s(self) -> float:
        """For how long the group's coordinator has not answered."""
        return membership.silence_s(self._member)

    def inputs_silence_s(self, number: int) -> float:
        """For how long nobody has told where the inputs of a partition end."""
        log = self._logs.get(number)
        return 0.0 if log is None else log.inputs.lag.silence_s

    async def _measure(self) -> None:
        """Ask again and again how far behind the partitions are: not all of them read.

        And whether the inputs are still the same topics.
        """

        async def measure(number: int) -> None:
            # All at once: a broker that is silent holds up its own partitions alone.
            with suppress(LogUnavailable, TimeoutError):
                async with asyncio.timeout(MEASURE_TIMEOUT_S):
                    await self._logs[number].measure()

        while True:
            topic_ids: Mapping[str, str] = {}
            with suppress(LogUnavailable, TimeoutError), translated():
                async with asyncio.timeout(MEASURE_S):
                    topic_ids = await self._shared.cluster.topic_ids(self._group.consumes)
            for owner in self.owners:
                self._logs[owner.number].compare(topic_ids)
            await asyncio.gather(*(measure(owner.number) for owner in self.owners))
            await asyncio.sleep(MEASURE_S)

    async def stop(self) -> None:
        """Finish what is under way, commit it, leave the group, disconnect."""
        async with self._rebalance:
            await self.owners.stop()
        await asyncio.gather(
            disconnect(self._member, LEAVE_S),
            self._shared.ends.stop(),
            disconnect(self._admin, LEAVE_S),
        )

    async def revoke(self) -> None:
        """A rebalance begins."""
        async with self._rebalance:
            await self.owners.revoke()

    async def assign(self, partitions: set[TopicPartition]) -> None:
        """A rebalance has ended with these partitions for us."""
        async with self._rebalance:
            # Nothing is fetched before its owner knows where to begin.
            self._member.pause(*partitions)
            # One that was added to a topic while we run has no table; the supervisor says so.
            count = min(self._counts[topic] for topic in self._group.consumes)
            self.owners.assign({each.partition for each in partitions if each.partition < count})

    def _make_owner(self, number: int) -> PartitionOwner[P]:
        layout = OutputLayout(
            self._group.name,
            number,
            self._group.tables,
            self._counts,
            self._connection.physical,
            self._group.transaction_timeout_ms,
        )

        def report_gone(topic: str, records: int) -> None:
            self._observer.gone(number, topic, records)

        def report_held_up(topic: str, offset: int) -> None:
            self._observer.held_up(number, topic, offset)

        def report_ahead(topic: str, offset: int) -> None:
            self._observer.clock_ahead(number, topic, offset)

        ownership, clock = Ownership(), self.clock.of_one()
        log = self._logs[number] = KafkaPartition(
            self._shared._replace(clock=clock),
            layout,
            self._group.consumes,
            report_gone,
            ownership,
            report_held_up=report_held_up,
            report_ahead=report_ahead,
            skip_unreadable=self._skip_unreadable,
        )
        return PartitionOwner(
            number,
            log,
            self._make_processor(number),
            clock,
            self._observer,
            self._timer_grace_ms,
            self._deciding,
            ownership=ownership,
        )


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """aiokafka only logs what a listener raises, so whatever goes wrong here ends the worker."""

    def __init__(self, member: GroupMember[Any]) -> None:
        self._member = member

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:  # noqa: ARG002
        await self._guard(self._member.revoke())

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        await self._guard(self._member.assign(assigned))

    async def _guard(self, act: Coroutine[Any, Any, None]) -> None:
        try:
            await act
        except Exception as error:
            failure = self._member.owners.failure
            if not failure.done():
                failure.set_result(error)
