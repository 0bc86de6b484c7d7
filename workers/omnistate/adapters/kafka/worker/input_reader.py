"""The inputs of one co-partition, read as one stream through the worker's one group member.

It says where to read on, what may go past an input that looks empty, and how far behind it is; what
the records mean, it does not know.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

from omnistate.adapters.kafka.clients.errors import PositionGone, translated
from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.adapters.kafka.internals.fetching import (
    next_offset,
    set_record_factory,
    standing_at,
)
from omnistate.adapters.kafka.internals.offsets import refresh_leaders
from omnistate.adapters.kafka.records.record_factory import as_unpacked, unpack_for
from omnistate.adapters.kafka.records.stand_ins import stand_in_for
from omnistate.adapters.kafka.worker.hold_ups import HoldUps
from omnistate.adapters.kafka.worker.input_lag import InputLag
from omnistate.adapters.kafka.worker.positioning import LogBounds, find_start
from omnistate.adapters.kafka.worker.shared_clients import Reading, SharedClients
from omnistate.stream.broker_clock import AHEAD_MS
from omnistate.stream.merge import Latest, Merge, Vouched
from omnistate.stream.outcome import PartitionStopped
from omnistate.stream.ownership import Ownership
from omnistate.stream.ports import DeletedRecords, LogUnavailable, Record, UnreadableRecord

# How long one fetch is waited for while an input that seems behind catches up, and all of them
# before others get their turn.
CATCH_UP_WAIT_MS: Final = 50
REACH_S: Final = 1.0
# A leader that has just been elected may know an end that is too small.
END_TRIES: Final = 4
END_RETRY_S: Final = 1.0


class InputReader:
    """Reads on from `seek`; `topics` are the inputs."""

    def __init__(
        self,
        surroundings: SharedClients,
        reading: Reading,
        ownership: Ownership,
        report_gone: Callable[[str, int], None],
        report_held_up: Callable[[str, int], None],
        report_ahead: Callable[[str, int], None],
    ) -> None:
        """What is read while `ownership` says no is not used."""
        connection, self._member, _, self._ends, self._clock = surroundings
        self._reading = reading
        self._ownership = ownership
        self._report_gone = report_gone
        self._report_ahead = report_ahead
        self.hold_ups = HoldUps(report_held_up)
        self.topics = reading.topics
        self._partitions = {
            topic: TopicPartition(connection.physical(topic), reading.number)
            for topic in self.topics
        }
        self._topics = {partition: topic for topic, partition in self._partitions.items()}
        self._unpack = {
            partition: unpack_for(topic, reading.number)
            for topic, partition in self._partitions.items()
        }
        self._merge = Merge(self.topics)
        # What may go once the empty inputs have been read up to these ends.
        self._promise: tuple[Vouched, dict[TopicPartition, int]] | None = None
        self._unreadable: dict[str, UnreadableRecord] = {}
        self.lag = InputLag(surroundings, self._partitions, self._merge, self._unreadable)

    @property
    def places(self) -> list[TopicPartition]:
        """The inputs' partitions, as on the cluster."""
        return [*self._topics]

    async def seek(self, offsets: Mapping[str, int]) -> None:
        """Read on from these offsets, or from the oldest record where they are gone by then.

        Raises PartitionStopped where an input ends before its offset.
        """
        self._forget()
        self.lag.positions.update(offsets)
        bounds = await self._bounds(offsets)
        for topic, offset in offsets.items():
            self._start(topic, offset, bounds[topic])

    def _forget(self) -> None:
        """Whatever was read and not taken, and what was to be waited for."""
        self._merge.clear()
        self._promise = None
        self._unreadable.clear()
        self.hold_ups.forget()
        self.lag.note_taken()

    async def _bounds(self, offsets: Mapping[str, int]) -> dict[str, LogBounds]:
        """Where these inputs begin and end; a new leader may need a moment to know its end."""
        places = [self._partitions[topic] for topic in offsets]
        tries = 1
        while True:
            beginnings, ends = await asyncio.gather(
                self._ends.beginnings(*places), self._ends.high_watermarks(*places)
            )
            self.lag.ends.update(ends)
            late = any(at > ends[self._partitions[topic]] for topic, at in offsets.items())
            if tries == END_TRIES or not late:
                return {
                    self._topics[each]: LogBounds(beginnings[each], ends[each]) for each in places
                }
            tries += 1
            await asyncio.sleep(END_RETRY_S)

    def _start(self, topic: str, position: int, bounds: LogBounds) -> None:
        start = find_start(f"{topic}/{self._reading.number}", position, bounds)
        if start.gone:
            self._report_gone(topic, start.gone)
            place = topic, self._reading.number
            self._merge.add(topic, [DeletedRecords.between(place, position, start.offset)])
        if self._ownership.ours:
            self._go_to(self._partitions[topic], start.offset)

    def _go_to(self, partition: TopicPartition, offset: int) -> None:
        set_record_factory(self._member, partition, self._unpack[partition])
        try:
            self._member.seek(partition, offset)
            self._member.resume(partition)
        except IllegalStateError as error:
            # Or the group does not know the topic, which was away and is there again.
            refresh_leaders(self._member)
            raise LogUnavailable("the partition was given to another worker") from error

    async def read(self, max_records: int, wait_ms: int = 0) -> Sequence[Record]:
        """The merge by time; a record waits while an input that looks empty may hold earlier ones.

        To know that it does not, its end is asked for after the record has been received. The end
        is that of everything written: behind an open transaction there may be earlier records, too.
        Raises PartitionStopped at a batch that nobody can read.
        """
        merge = self._merge
        wanted = [each for each, topic in self._topics.items() if merge.count(topic) < max_records]
        # Something is buffered: it is not waited for, only joined by what is there.
        await self._fetch(wanted, wait_ms if len(merge.empty_inputs) == len(self._topics) else 0)
        records = self._take(max_records) if self._ownership.reading else []
        if records or not self._ownership.reading:
            self._promise = None
            self.lag.note_taken()
            return records
        self._stop_at_unreadable()
        empty = merge.empty_inputs
        if len(empty) == len(self._topics):
            return []
        if self._promise is None:
            vouched = merge.vouch()
            ends = await self._ends.high_watermarks(*(self._partitions[each] for each in empty))
            self._promise = vouched, ends
        vouched, ends = self._promise
        if not await self._reach(ends):
            return []
        self._promise = None
        merge.accept(vouched)
        return self._take(max_records)

    def _take(self, max_records: int) -> list[Record]:
        """What may go; a time that no broker's clock can have shown yet is not believed."""
        latest_ms, now_ms = self._clock.latest_ms(), self._clock.now_ms()
        if latest_ms is None or now_ms is None:
            return self._merge.take(max_records)
        ahead = self._merge.ahead
        records = self._merge.take(max_records, Latest(latest_ms + AHEAD_MS, now_ms))
        if self._merge.ahead > ahead:
            self._report_ahead(records[-1].topic, records[-1].offset)
        return records

    async def _reach(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Fetch until the positions have come to these ends.

        False where the partition was lost, where a batch cannot be read, or where that takes long.
        """
        left = dict(ends)
        until_s = time.monotonic() + REACH_S
        while True:
            for partition, end in list(left.items()):
                position = next_offset(self._member, partition)
                if position is None or not self._ownership.reading:
                    return False
                if position >= end:
                    del left[partition]
            if not left:
                return self._ownership.reading and not self._unreadable
            if self._unreadable or time.monotonic() > until_s:
                return False
            await self._fetch(left, CATCH_UP_WAIT_MS)

    async def _fetch(self, partitions: Collection[TopicPartition], wait_ms: int) -> None:
        readable = [each for each in partitions if self._topics[each] not in self._unreadable]
        if not readable:
            return
        try:
            with translated():
                found = await self._member.getmany(*readable, timeout_ms=wait_ms)
        except PositionGone as gone:
            await self._go_on_behind(gone)
            return
        if not self._ownership.reading:
            return
        for partition, records in found.items():
            unpack = self._unpack[partition]
            self._merge.add(self._topics[partition], as_unpacked(records, unpack, Record))
        for partition in readable:
            topic = self._topics[partition]
            batch = self._member.unreadable.pop(partition, None)
            if batch is not None:
                self._meet(topic, batch)
            self.hold_ups.look(topic, standing_at(self._member, partition))

    async def _go_on_behind(self, gone: PositionGone) -> None:
        """Retention has passed a position while the partition was being read."""
        for partition, position in gone.positions.items():
            topic = self._topics[partition]
            self._start(topic, position, (await self._bounds({topic: position}))[topic])

    def _meet(self, topic: str, batch: UnreadableBatch) -> None:
        stand_in = stand_in_for(batch, topic, self._reading.number)
        if self._reading.skip_unreadable:
            self._merge.add(topic, [stand_in])
        else:
            self._unreadable[topic] = stand_in

    def _stop_at_unreadable(self) -> None:
        """Raise PartitionStopped where nothing comes before a batch that nobody can read."""
        for topic, batch in self._unreadable.items():
            where = f"--topic {topic} --partition {self._reading.number}"
            raise PartitionStopped(
                "unreadable",
                f"{topic}/{self._reading.number} at offset {batch.first_offset} cannot be read "
                f"({batch.problem}); pass over it: omnistate inputs skip --group "
                f"{self._reading.group} {where} --offset {batch.first_offset}",
            )

    async def has_caught_up(self) -> bool:
        """Whether everything that the inputs held when this was asked has been read."""
        reached = await self._reach(await self._ends.high_watermarks(*self._topics))
        return reached and len(self._merge.empty_inputs) == len(self._topics)
