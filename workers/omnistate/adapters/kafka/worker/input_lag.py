"""How far behind a partition's inputs are: the end less the position, whether it reads or not.

It asks when it is told to, for a partition that stands still hears of nothing; otherwise it knows
what was fetched.
"""

import time
from collections.abc import Mapping

from aiokafka import TopicPartition

from omnistate.adapters.kafka.internals.fetching import next_offset, standing_at
from omnistate.adapters.kafka.worker.shared_clients import SharedClients
from omnistate.stream.merge import Merge
from omnistate.stream.ports import UnreadableRecord


class InputLag:
    """Of one partition; `positions` is what was last sought or committed, by topic."""

    def __init__(
        self,
        surroundings: SharedClients,
        partitions: Mapping[str, TopicPartition],
        merge: Merge,
        unreadable: Mapping[str, UnreadableRecord],
    ) -> None:
        """`merge` and `unreadable` hold what was read and not taken yet."""
        _, self._member, _, self._asked, self._clock = surroundings
        self._partitions = partitions
        self._merge = merge
        self._unreadable = unreadable
        self.positions: dict[str, int] = {}
        self.ends: dict[TopicPartition, int] = {}
        self._behind_since_ms: dict[str, int] = {}
        # When the ends were told last, by the monotonic clock.
        self._told_s = time.monotonic()
        # When it was last as it should be: something was taken, or there was nothing to take.
        self._fed_s = time.monotonic()

    def note_taken(self) -> None:
        """Something has been handed out, or is about to be from another place on."""
        self._fed_s = time.monotonic()

    def starved_s(self, *, held_up: bool) -> float:
        """For how long nothing has come of what is there, with no transaction to wait for."""
        if held_up or not any(map(self.backlog, self._partitions)):
            self._fed_s = time.monotonic()
        return time.monotonic() - self._fed_s

    async def measure(self) -> None:
        """Ask how far behind it is, which nobody else does while nothing is read.

        Raises LogUnavailable.
        """
        self.ends.update(await self._asked.high_watermarks(*self._partitions.values()))
        self._told_s = time.monotonic()
        now_ms = self._clock.now_ms() or round(time.time() * 1_000)
        for topic in self._partitions:
            if self.backlog(topic):
                self._behind_since_ms.setdefault(topic, now_ms)
            else:
                self._behind_since_ms.pop(topic, None)

    @property
    def silence_s(self) -> float:
        """For how long nobody has told where the inputs end: what is known is as old."""
        return time.monotonic() - self._told_s

    def backlog(self, topic: str) -> int:
        """How many offsets there are from the next one to take to the end; markers count, too."""
        partition = self._partitions[topic]
        end = max(self.ends.get(partition, 0), standing_at(self._member, partition).end)
        batch = self._unreadable.get(topic)
        position = self._merge.first_offset(topic)
        if position is None and batch is not None:
            position = batch.first_offset
        if position is None:
            position = next_offset(self._member, partition)
        if position is None:
            position = self.positions.get(topic, 0)
        return max(0, end - position)

    def oldest_ms(self, topic: str) -> int | None:
        """The append time of the oldest record that was fetched and not taken yet.

        Where nothing is read: since when, at least, there has been something to read.
        """
        oldest_ms = self._merge.oldest_ms(topic)
        if oldest_ms is not None:
            return oldest_ms
        batch = self._unreadable.get(topic)
        if batch is not None and batch.timestamp_ms > 0:
            return batch.timestamp_ms
        return self._behind_since_ms.get(topic) if self.backlog(topic) else None
