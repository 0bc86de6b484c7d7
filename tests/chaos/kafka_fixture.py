"""A real Kafka in the place of the embedded log of `tests.stream.faulty_log`: one partition, a day.

Its owners join no group, so that a test says who takes over and when. Input records carry the times
of the day, and the same offsets as in the embedded log: so both runs come to the same outputs.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.stream.conversation.tables import TABLES, Tables
from omnistate.stream.ports import Outgoing, Record
from omnistate_schemas.vocabulary import CONVERSATION_STATES

from tests.harness.assigned_partition import AssignedPartition, Owners
from tests.harness.records import plain
from tests.harness.topics import read_records
from tests.stream.faulty_log import GROUP, INPUTS, OUTPUTS

CHANGELOGS: Final = {table: f"{GROUP}-{table}-changelog" for table in TABLES}
WAIT_MS: Final = 200


class KafkaFixture:
    """Topics under a prefix of their own; `start` it, and `stop` it whatever happens."""

    def __init__(self, brokers: str, prefix: str) -> None:
        self.connection = Connection(brokers=brokers, prefix=prefix)
        topics = (*INPUTS, *OUTPUTS, CONVERSATION_STATES, *CHANGELOGS.values())
        self._counts = dict.fromkeys(topics, 1)
        self._admin = self.connection.admin()
        self._ends = EndOffsets(self.connection)
        self._owners = Owners(self.connection, self._admin, self._ends)
        self.wanted: dict[str, int] = {}

    async def start(self, records: Iterable[Record]) -> None:
        """Create the topics and put the records on them."""
        await self._admin.start()
        await self._ends.start()
        # The day is long past, and a record's time may not be ahead of the broker's.
        day = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
        # As in production: its append times tell what time it is at the brokers.
        now = {"message.timestamp.type": "LogAppendTime"}
        await self._admin.create_topics(
            [
                NewTopic(
                    self.connection.physical(topic),
                    1,
                    1,
                    topic_configs=now if topic == CHANGELOGS["positions"] else day,
                )
                for topic in self._counts
            ]
        )
        producer = self.connection.producer()
        await producer.start()
        try:
            self.wanted = dict.fromkeys(INPUTS, 0)
            for record in records:
                await self._append(producer, record)
            await producer.flush()
        finally:
            await producer.stop()

    async def _append(self, producer: AIOKafkaProducer, record: Record) -> None:
        self.wanted[record.topic] += 1
        await producer.send(
            self.connection.physical(record.topic),
            record.value,
            record.key,
            partition=0,
            timestamp_ms=record.timestamp_ms,
            headers=list(record.headers),
        )

    async def stop(self) -> None:
        """End every owner, and disconnect."""
        await self._owners.leave()
        await self._ends.stop()
        await self._admin.close()

    def owner(self) -> AssignedPartition:
        """Each call gives another one."""
        return self._owners.make(GROUP, 0, CHANGELOGS, self._counts, INPUTS)

    async def outputs(self) -> dict[str, list[Outgoing]]:
        """Everything that a reader of committed records sees, by topic."""
        await self._settle(OUTPUTS)
        found: dict[str, list[Outgoing]] = {}
        physical = map(self.connection.physical, OUTPUTS)
        for record in await read_records(self.connection.brokers, *physical):
            topic = self.connection.logical(record.topic)
            headers = tuple(record.headers)
            found.setdefault(topic, []).append(Outgoing(topic, record.key, record.value, headers))
        return {topic: found.get(topic, []) for topic in OUTPUTS}

    async def tables(self) -> dict[str, Any]:
        """What the changelogs hold, without becoming an owner."""
        await self._settle(tuple(CHANGELOGS.values()))
        tables = Tables()
        async for part in self.owner().restore():
            tables.merge(part.writes)
        return plain(tables)

    async def _settle(self, topics: Sequence[str]) -> None:
        """Markers are written a little after a commit or an abort has returned."""
        places = [TopicPartition(self.connection.physical(topic), 0) for topic in topics]
        every = self.connection.consumer(isolation_level="read_uncommitted")
        await every.start()
        try:
            while await self._ends.ask(*places) != await every.end_offsets(places):
                await asyncio.sleep(0.02)
        finally:
            await every.stop()
