"""The contract of a log, kept by a real Kafka."""

import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets
from omnistate.stream.conversation.tables import TABLES
from omnistate.stream.ports import PartitionLog, Record

from tests.adapters.log_rig import FIRST, OUTPUT, SECOND, Bench, read
from tests.adapters.test_log_contract import LogContract
from tests.harness.assigned_partition import Owners
from tests.harness.topics import read_records

CHANGELOGS = {table: f"group-{table}-changelog" for table in TABLES}
NUMBER = 1


class KafkaBench:
    """A real Kafka on the bench."""

    def __init__(self, connection: Connection, *, stamped: bool) -> None:
        """`stamped`: the broker says when records are appended, as in production."""
        self.connection = connection
        self.stamped = stamped
        self.admin = connection.admin()
        self.ends = EndOffsets(connection)
        self.producer: AIOKafkaProducer = connection.producer()
        self.owners = Owners(connection, self.admin, self.ends)
        self.counts = {FIRST: 2, SECOND: 2, OUTPUT: 1, **dict.fromkeys(CHANGELOGS.values(), 2)}

    async def start(self) -> None:
        await self.admin.start()
        names = {self.connection.physical(topic): count for topic, count in self.counts.items()}
        await self.admin.create_topics(
            [
                NewTopic(name, count, 1, topic_configs=self._config(name))
                for name, count in names.items()
            ]
        )
        await self.ends.start()
        await self.producer.start()

    def _config(self, name: str) -> dict[str, str]:
        if name.endswith("-changelog"):
            return {"cleanup.policy": "compact"}
        return {"message.timestamp.type": "LogAppendTime" if self.stamped else "CreateTime"}

    async def stop(self) -> None:
        await self.owners.leave()
        await self.producer.stop()
        await self.ends.stop()
        await self.admin.close()

    def owner(self) -> PartitionLog:
        return self.owners.make("group", NUMBER, CHANGELOGS, self.counts, (FIRST, SECOND))

    async def append(self, topic: str, key: bytes, at_ms: int) -> None:
        number = 0 if topic == OUTPUT else NUMBER
        await self.producer.send_and_wait(
            self.connection.physical(topic), b"value", key, number, timestamp_ms=at_ms
        )

    async def outputs(self) -> Sequence[Record]:
        physical = self.connection.physical(OUTPUT)
        return [
            Record(OUTPUT, 0, each.offset, each.timestamp, each.key, each.value, each.headers)
            for each in await read_records(self.connection.brokers, physical)
        ]

    async def compact(self) -> None:
        """Kafka compacts when it likes; what it must give back is the same before and after."""


class TestKafkaLog(LogContract):
    """Kafka keeps the contract."""

    @pytest.fixture(autouse=True)
    def _on(self, brokers: str) -> None:
        self.brokers = brokers

    @asynccontextmanager
    async def open(self, *, stamped: bool = False) -> AsyncIterator[Bench]:
        connection = Connection(brokers=self.brokers, prefix=f"{uuid.uuid4().hex[:8]}.")
        bench = KafkaBench(connection, stamped=stamped)
        try:
            await bench.start()
            yield bench
        finally:
            await bench.stop()

    @pytest.fixture
    async def stamped(self) -> AsyncIterator[Bench]:
        """A broker that says when records are appended, as in production."""
        async with self.open(stamped=True) as bench:
            yield bench

    async def test_append_times_never_go_back(self, stamped: Bench) -> None:
        """In production the broker stamps them: what a producer says does not count."""
        for at_ms in (30, 10, 40, 20):
            await stamped.append(FIRST, b"a", at_ms)
        log = stamped.owner()
        await log.fence()
        await log.seek({FIRST: 0, SECOND: 0})
        times = [each.timestamp_ms for each in await read(log, 4)]
        assert times == sorted(times)
        assert abs(times[0] - time.time() * 1_000) < 3_600_000
