"""Waiting for the cluster and watching a group's topics, for workers without partition tasks.

It decides only whether a worker can run; it reads no record.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.process.errors import Unusable
from omnistate.process.logs import get_logger
from omnistate.process.partition_engine import CHECK_S, MISSED_MAX, RETRY_S
from omnistate.stream.topology import Topology


class TopicWatch:
    """One group's topics on one cluster."""

    def __init__(self, connection: Connection, topology: Topology, group: str) -> None:
        """Nothing is connected before `wait`."""
        self._connection = connection
        self._topology = topology
        self._group = group

    async def wait(self) -> Mapping[str, int]:
        """The partition count of each topic, as soon as a broker answers. Raises Unusable."""
        found: list[Readiness] = []

        async def look() -> None:
            found.append(await self._look())

        await self.retry(look)
        if found[0].problem is not None:
            raise Unusable(found[0].problem)
        return found[0].partitions

    async def watch(self) -> None:
        """Raise Unusable when a topic has been deleted or changed for the worse."""
        missed = 0
        while True:
            await asyncio.sleep(CHECK_S)
            try:
                readiness = await self._look()
            except ClusterFailure:
                # Whoever reads says so; here it is only not known.
                continue
            missed = 0 if readiness.problem is None else missed + 1
            if missed == MISSED_MAX:
                raise Unusable(str(readiness.problem))

    async def retry(self, act: Callable[[], Awaitable[None]]) -> None:
        """Act until the cluster does its part, saying once that it does not."""
        told = False
        while True:
            try:
                await act()
            except ClusterFailure as failure:
                if not told:
                    told = True
                    get_logger().warning("waiting_for_broker", reason=str(failure))
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _look(self) -> Readiness:
        async with open_cluster(self._connection) as cluster:
            return await cluster.missing_or_wrong(self._topology, self._group)
