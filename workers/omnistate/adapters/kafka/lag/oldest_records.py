"""When the record at a position was appended, found by reading it; remembered while nothing moves.

Offsets also count markers of transactions and what was aborted or compacted: a position with
nothing but these behind it has no oldest record.
"""

import time
from collections.abc import Mapping
from typing import Final, NamedTuple

from aiokafka import TopicPartition

from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer

POLL_MS: Final = 100
# Enough for some rows, little for what nobody needs: a broker sends a batch whole anyway.
FETCH_BYTES: Final = 4_096


class Stretch(NamedTuple):
    """From the position that was asked for to the end that was known then."""

    start: int
    end: int


class Oldest(NamedTuple):
    """The first record of a stretch: when it was appended, ms, and whether it can be read."""

    timestamp_ms: int
    readable: bool = True


class OldestRecords:
    """Reads them, with a connection of its own from the first one on."""

    def __init__(self, connection: Connection, isolation_level: str) -> None:
        """`isolation_level` says whether what is undecided counts as a record, too."""
        self._connection = connection
        self._isolation_level = isolation_level
        self._consumer: CheckedConsumer | None = None
        self._known: dict[tuple[str, TopicPartition], tuple[Stretch, Oldest | None]] = {}

    async def open(self) -> CheckedConsumer:
        """The consumer that it reads by, started. Raises what aiokafka raises."""
        if self._consumer is None:
            made = self._connection.consumer(
                isolation_level=self._isolation_level,
                max_partition_fetch_bytes=FETCH_BYTES,
                fetch_max_wait_ms=POLL_MS,
            )
            self._consumer = made
            await made.start()
        return self._consumer

    async def close(self) -> None:
        """Disconnect; may be called again."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await disconnect(consumer, LEAVE_S)

    def forget(self) -> None:
        """What is known is of topics that are others now."""
        self._known.clear()

    async def find(
        self, group: str, stretches: Mapping[TopicPartition, Stretch]
    ) -> dict[TopicPartition, Oldest]:
        """The oldest record of each stretch, without those that have none; of one group's."""
        new = {
            place: stretch
            for place, stretch in stretches.items()
            if not self._is_known(group, place, stretch)
        }
        if new:
            found = await self._read(new)
            for place, stretch in new.items():
                self._known[group, place] = stretch, found.get(place)
        known = {place: self._known[group, place][1] for place in stretches}
        return {place: each for place, each in known.items() if each is not None}

    def _is_known(self, group: str, place: TopicPartition, stretch: Stretch) -> bool:
        """A first record stays the first, whatever is appended behind it."""
        former, oldest = self._known.get((group, place), (None, None))
        return former == stretch or (
            former is not None and former.start == stretch.start and oldest is not None
        )

    async def _read(
        self, stretches: Mapping[TopicPartition, Stretch]
    ) -> dict[TopicPartition, Oldest]:
        consumer = await self.open()
        consumer.assign([*stretches])
        for place, stretch in stretches.items():
            consumer.seek(place, stretch.start)
        found: dict[TopicPartition, Oldest] = {}
        left = set(stretches)
        while left:
            fetched = await consumer.getmany(*left, timeout_ms=POLL_MS, max_records=1)
            for place, records in fetched.items():
                if records:
                    found[place] = Oldest(records[0].timestamp)
            for place in left & consumer.unreadable.keys():
                batch = consumer.unreadable[place]
                # One that is cut short does not say how old it is.
                known = batch.timestamp >= 0
                newest_ms = batch.timestamp if known else round(time.time() * 1_000)
                found.setdefault(place, Oldest(newest_ms, readable=False))
            left = {
                place
                for place in left - set(found)
                if await consumer.position(place) < stretches[place].end
            }
        return found
