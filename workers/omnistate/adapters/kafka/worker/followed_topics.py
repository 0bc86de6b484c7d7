"""Topics that are followed whole: every committed record, from its beginning, a time or now on.

It joins no group and commits nothing: after a restart all of it is read anew. What the records mean
is for whoever reads them. The port `Followed` of the router.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from aiokafka import TopicPartition  # named as on the cluster

from omnistate.adapters.kafka.clients.client_shutdown import disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import translated
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.adapters.kafka.internals.fetching import next_offset
from omnistate.adapters.kafka.records.record_factory import unpack_for
from omnistate.adapters.kafka.records.stand_ins import stand_in_for
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.stream.ports import LogUnavailable, Record

# By topic and partition, as we call them.
Offsets = Mapping[tuple[str, int], int]


class FollowedTopics:
    """`start`, then `poll` again and again; `stop` ends it, and it may be started again."""

    def __init__(
        self, connection: Connection, whole: Iterable[str], from_now: Iterable[str] = ()
    ) -> None:
        """Topics by our names: those read from their beginnings, and those whose past is nothing.

        Nothing is connected before `start`.
        """
        self._connection = connection
        self._whole = tuple(whole)
        self._from_now = tuple(from_now)
        self._consumer: CheckedConsumer | None = None
        self._ends: EndOffsets | None = None
        self._places: dict[TopicPartition, tuple[str, int]] = {}

    async def start(self, partitions: Mapping[str, int], since_ms: int | None = None) -> None:
        """Connect; `partitions` counts those of each topic. Raises LogUnavailable.

        With `since_ms` nothing is read that was appended before.
        """
        await self.stop()
        self._places = {
            place: (topic, place.partition)
            for topic in (*self._whole, *self._from_now)
            for place in self._connection.partitions(topic, partitions[topic])
        }
        self._ends = EndOffsets(self._connection)
        self._consumer = self._connection.consumer(fetch_max_wait_ms=100)
        await self._ends.start()
        with translated():
            await self._consumer.start()
        later = [place for place, (topic, _) in self._places.items() if topic in self._from_now]
        begins: dict[TopicPartition, int] = {}
        if since_ms is not None:
            rest = dict.fromkeys(self._places.keys() - set(later), since_ms)
            with translated():
                found = await self._consumer.offsets_for_times(rest)
            begins = {place: each.offset for place, each in found.items() if each is not None}
            later += rest.keys() - begins.keys()
        begins |= await self._ends.ask(*later)
        self._consumer.assign(list(self._places))
        for place, offset in begins.items():
            self._consumer.seek(place, offset)

    async def poll(self, wait_ms: int) -> Sequence[Record]:
        """What has come, in order within each partition. Raises LogUnavailable.

        An UnreadableRecord, the last of its partition, stands for a batch that nobody can read.
        """
        consumer = self._connected
        with translated():
            found = await consumer.getmany(timeout_ms=wait_ms)
        records: list[Record] = []
        for place in found.keys() | consumer.unreadable.keys():
            unpack = unpack_for(*self._places[place])
            records += [unpack(None, each) for each in found.get(place, ())]
            batch = consumer.unreadable.pop(place, None)
            if batch is not None:
                records.append(stand_in_for(batch, *self._places[place]))
        return records

    async def ends(self) -> Offsets:
        """Where the committed records of each partition end now. Raises LogUnavailable."""
        if self._ends is None:
            raise LogUnavailable("not connected")
        found = await self._ends.ask(*self._places)
        return {self._places[place]: end for place, end in found.items()}

    def positions(self) -> Offsets:
        """What is read next of each partition, markers of transactions included; where known."""
        consumer = self._consumer
        if consumer is None:
            return {}
        known = {names: next_offset(consumer, place) for place, names in self._places.items()}
        return {names: offset for names, offset in known.items() if offset is not None}

    async def stop(self) -> None:
        """Disconnect; may be called at any time, and again."""
        consumer, self._consumer = self._consumer, None
        ends, self._ends = self._ends, None
        # Together: a broker that is gone may take its time for each.
        farewells = [] if consumer is None else [disconnect(consumer)]
        if ends is not None:
            farewells.append(ends.stop())
        await asyncio.gather(*farewells)

    @property
    def _connected(self) -> CheckedConsumer:
        if self._consumer is None:
            raise LogUnavailable("not connected")
        return self._consumer
