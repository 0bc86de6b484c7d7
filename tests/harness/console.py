"""An operator's console: commands within this process, and the topics as anybody may see them."""

import asyncio
import io
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

import typer
from aiokafka import ConsumerRecord, TopicPartition
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.admin.differences import TopicState
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.records.backlog import read_backlog
from omnistate.cli.app import app
from omnistate.stream.ports import Headers

# Topic, partition, key, value, headers, timestamp.
Appended = tuple[str, int, bytes | None, bytes | None, Headers, int | None]


class Run(NamedTuple):
    """A command's end."""

    status: int
    out: str
    err: str


class Console:
    """Everything on a cluster that begins with one prefix."""

    def __init__(self, brokers: str, prefix: str) -> None:
        self.connection = Connection(brokers, prefix)

    def omnistate(self, *arguments: object) -> Run:
        """Run a command."""
        place = ["--brokers", self.connection.brokers, "--topic-prefix", self.connection.prefix]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                status = app([*map(str, arguments), *place], standalone_mode=False)
            except typer.TyperException as error:
                print(error.format_message(), file=err)
                status = error.exit_code
        return Run(status, out.getvalue(), err.getvalue())

    def succeed(self, *arguments: object) -> str:
        """What a command prints that ends well and has nothing to complain of."""
        run = self.omnistate(*arguments)
        assert (run.status, run.err) == (0, ""), run
        return run.out

    def lay_out(self, partitions: int = 2) -> None:
        """Create all topics."""
        self.succeed("topics", "apply", f"--partitions={partitions}", "--replication-factor=1")

    def describe(self, *topics: str) -> dict[str, TopicState]:
        """The topics as they are."""

        async def ask() -> dict[str, TopicState]:
            async with open_cluster(self.connection) as cluster:
                return await cluster.describe(topics)

        return asyncio.run(ask())

    def read(self, *topics: str) -> list[ConsumerRecord]:
        """Every committed record, topic by topic, partition by partition."""
        places = [
            TopicPartition(self.connection.physical(topic), number)
            for topic, state in self.describe(*topics).items()
            for number in range(state.partitions)
        ]

        async def read_all() -> list[ConsumerRecord]:
            async with self.connection.consumer() as consumer:
                return [record async for record in read_backlog(consumer, places)]

        def order(record: ConsumerRecord) -> tuple[int, int, int]:
            topic = topics.index(self.connection.logical(record.topic))
            return topic, record.partition, record.offset

        return sorted(asyncio.run(read_all()), key=order)

    def append(self, *records: Appended) -> None:
        """Append records, one after the other."""

        async def produce() -> None:
            async with self.connection.producer() as producer:
                await append(producer, self.connection, records)

        asyncio.run(produce())


async def append(producer: Any, connection: Connection, records: Sequence[Appended]) -> None:
    """Append records through a started producer; any record, also one without key and value."""
    for topic, partition, key, value, headers, timestamp_ms in records:
        batch = producer.create_batch()
        batch.append(timestamp=timestamp_ms, key=key, value=value, headers=list(headers))
        name = connection.physical(topic)
        await (await producer.send_batch(batch, name, partition=partition))


def one_line(run: Run, status: int = 1) -> str:
    """The one line on standard error that a command ended with, having printed nothing."""
    assert (run.status, run.out, run.err.count("\n")) == (status, "", 1), run
    return run.err
