"""How far a kind of worker has come, as it commits it: each partition's positions, followed live.

It reads the positions' changelog, read_committed, with a consumer of its own. From it follow who
has caught up, how inputs were cut into batches, and how long a partition stood still with work.
"""

import asyncio
import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tests.chaos.journal import Journal
from tests.chaos.worker_kinds import PARTITIONS, Kind
from tests.harness.topics import Place

POLL_MS: Final = 100


class Position(NamedTuple):
    """One committed batch: when the broker appended it, its clock, its next offsets."""

    append_ms: int
    clock_ms: int | None
    offsets: Mapping[str, int]


class Positions:
    """Every position since the beginning, by partition; `follow` runs until it is cancelled."""

    def __init__(self, brokers: str, prefix: str, kind: Kind, skew_ms: int = 0) -> None:
        """`skew_ms` is how far the clocks of two brokers may be apart."""
        self.reached: list[list[Position]] = [[] for _ in range(PARTITIONS)]
        self._brokers = brokers
        self._kind = kind
        self._skew_ms = skew_ms
        topic = f"{prefix}{kind.name}-positions-changelog"
        self._places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        self._next = dict.fromkeys(self._places, 0)

    async def follow(self) -> None:
        """Read what is committed; brokers may go and come."""
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._brokers,
                isolation_level="read_committed",
                enable_auto_commit=False,
                retry_backoff_ms=50,
            )
            try:
                await consumer.start()
                consumer.assign(self._places)
                for place, offset in self._next.items():
                    consumer.seek(place, offset)
                while True:
                    await self._poll(consumer)
            except (KafkaError, OSError):
                await asyncio.sleep(0.2)
            finally:
                await consumer.stop()

    async def _poll(self, consumer: AIOKafkaConsumer) -> None:
        found = await consumer.getmany(timeout_ms=POLL_MS)
        for place, records in found.items():
            for record in records:
                row = json.loads(record.value)
                position = Position(record.timestamp, row["clock_ms"], row["next_offsets"])
                self.reached[place.partition].append(position)
                self._next[place] = record.offset + 1

    def next_offset(self, place: Place) -> int:
        """The next offset of an input that its partition will take."""
        topic, number = place
        reached = self.reached[number]
        return reached[-1].offsets.get(topic, 0) if reached else 0

    def longest_stalls_ms(self, journal: Journal, since: list[int]) -> list[int]:
        """By partition: the longest time that an input waited while nothing was committed.

        `since` is how many positions each partition had when the time in question began.
        """
        return [
            self._stall_ms(journal, number, max(begin, 1)) for number, begin in enumerate(since)
        ]

    def _stall_ms(self, journal: Journal, number: int, begin: int) -> int:
        reached, longest = self.reached[number], 0
        for before, after in zip(reached[begin - 1 :], reached[begin:], strict=False):
            waiting = [
                entries[offset].append_ms
                for (topic, partition), entries in journal.entries.items()
                if partition == number
                and topic in self._kind.consumes
                and (offset := before.offsets.get(topic, 0)) < len(entries)
            ]
            if waiting:
                longest = max(longest, after.append_ms - max(before.append_ms, min(waiting)))
        return longest

    def find_contradictions(self) -> list[str]:
        """Where a position goes back, or its clock is ahead of the broker's."""
        found = []
        for number, reached in enumerate(self.reached):
            where = f"{self._kind.name} partition {number}"
            for before, after in pairwise(reached):
                if any(after.offsets.get(topic, 0) < at for topic, at in before.offsets.items()):
                    found.append(f"{where}: offsets go back: {before} {after}")
                if (after.clock_ms or 0) < (before.clock_ms or 0):
                    found.append(f"{where}: the clock goes back: {before} {after}")
                if after.clock_ms is not None and after.clock_ms > after.append_ms + self._skew_ms:
                    found.append(f"{where}: the clock is ahead of the broker's: {after}")
        return found
