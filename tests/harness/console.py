"""An operator's console: commands within this process, and the topics as anybody may see them."""

import asyncio
import io
from contextlib import redirect_stderr, redirect_stdout
from typing import Final

import typer
from aiokafka import ConsumerRecord
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.admin.differences import TopicState
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.cli.app import app

from tests.harness import topics
from tests.harness.command import Run, environment, run_command
from tests.harness.topics import Written

# These run as processes: a thread gets no signals.
NEED_SIGNALS: Final = frozenset({"send", "top"})


class Console:
    """Everything on a cluster that begins with one prefix."""

    def __init__(self, brokers: str, prefix: str) -> None:
        self.connection = Connection(brokers, prefix)

    async def omnistate(self, *arguments: object) -> Run:
        """Run a command, in a thread and on a loop of its own."""
        place = ["--brokers", self.connection.brokers, "--topic-prefix", self.connection.prefix]
        words = [*map(str, arguments), *place]
        if words[0] in NEED_SIGNALS:
            return await asyncio.to_thread(run_command, words, environment())
        return await asyncio.to_thread(_run, words)

    async def succeed(self, *arguments: object) -> str:
        """What a command prints that ends well and has nothing to complain of."""
        run = await self.omnistate(*arguments)
        assert (run.status, run.err) == (0, ""), run
        return run.out

    async def lay_out(self, partitions: int = 2) -> None:
        """Create all topics."""
        apply = ("topics", "apply", f"--partitions={partitions}", "--replication-factor=1")
        await self.succeed(*apply)

    async def describe(self, *topics: str) -> dict[str, TopicState]:
        """The topics as they are."""
        async with open_cluster(self.connection) as cluster:
            return await cluster.describe(topics)

    async def read(self, *names: str) -> list[ConsumerRecord]:
        """Every committed record, topic by topic, partition by partition."""
        physical = map(self.connection.physical, names)
        return await topics.read_records(self.connection.brokers, *physical)

    async def append(self, *records: Written) -> None:
        """Append records to topics, which are named without their prefix."""
        physical = self.connection.physical
        placed = (record._replace(topic=physical(record.topic)) for record in records)
        await topics.write(self.connection.brokers, *placed)


def _run(arguments: list[str]) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = app(arguments, standalone_mode=False)
        except typer.TyperException as error:
            print(error.format_message(), file=err)
            status = error.exit_code
    return Run(status, out.getvalue(), err.getvalue())


def one_line(run: Run, status: int = 1) -> str:
    """The one line on standard error that a command ended with, having printed nothing."""
    assert (run.status, run.out, run.err.count("\n")) == (status, "", 1), run
    return run.err
