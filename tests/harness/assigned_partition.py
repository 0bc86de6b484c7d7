"""A partition of a real Kafka whose owner joins no group, so that a test says who takes over."""

from collections.abc import Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient
from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.adapters.kafka.worker.kafka_partition import KafkaPartition
from omnistate.adapters.kafka.worker.kafka_transaction import OutputLayout
from omnistate.adapters.kafka.worker.shared_clients import SharedClients
from omnistate.stream.broker_clock import BrokerClock


class AssignedPartition(KafkaPartition):
    """Somebody who may become the one owner; the partition is assigned by hand."""

    def __init__(self, clients: SharedClients, layout: OutputLayout, inputs: Sequence[str]) -> None:
        super().__init__(clients, layout, tuple(inputs), lambda *_: None)
        self._begun = False

    async def fence(self) -> None:
        if not self._begun:
            self._begun = True
            await self._member.start()
            self._member.assign(self.inputs.places)
        await super().fence()

    async def leave(self) -> None:
        """Let everything go."""
        await self.close()
        await self._member.stop()


class Owners:
    """Makes owners of one partition, each another one, and ends them all."""

    def __init__(
        self, connection: Connection, admin: AIOKafkaAdminClient, ends: EndOffsets
    ) -> None:
        self._connection, self._admin, self._ends = connection, admin, ends
        self._made: list[AssignedPartition] = []

    def make(
        self,
        group: str,
        number: int,
        changelogs: Mapping[str, str],
        counts: Mapping[str, int],
        inputs: Sequence[str],
    ) -> AssignedPartition:
        """`changelogs` by table, `counts` of partitions by topic."""
        clients = SharedClients(
            self._connection,
            self._connection.consumer(auto_offset_reset="none"),
            Cluster(self._connection, self._admin),
            self._ends,
            BrokerClock(),
        )
        layout = OutputLayout(group, number, changelogs, counts, self._connection.physical)
        self._made.append(AssignedPartition(clients, layout, inputs))
        return self._made[-1]

    async def leave(self) -> None:
        """Let each of them go."""
        for each in self._made:
            await each.leave()
