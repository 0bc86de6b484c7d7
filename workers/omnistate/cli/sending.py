"""What `omnistate send` does: lines in, events out, and what is said about it at the end."""

import asyncio
import os
import signal
import stat
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any, Final

from omnistate_schemas.registry import ROUTES
from rich.console import Console
from rich.progress import Progress

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.records.gateway import Destination, Gateway, open_gateway
from omnistate.cli.command_end import say
from omnistate.cli.lines import read_lines
from omnistate.cli.routing import Unroutable, route
from omnistate.process.errors import ExitStatus, Unusable
from omnistate.stream.topology import Topology

GROUP: Final = "conversation"
# Sleeping for less takes longer than it says.
PAUSE_S: Final = 0.002


class Sending:
    """One file on its way: where it is, what was wrong, and how fast it may go."""

    def __init__(self, file: int, rate: float | None) -> None:
        """`rate` in lines a second."""
        self.line = 0
        self.refused = 0
        self.interrupted = False
        # What Ctrl-C ends: reading first, then waiting for acknowledgements.
        self.under_way: asyncio.Future[None] | None = None
        self._file = file
        self._rate = rate
        self._started_s = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has been going."""
        return time.monotonic() - self._started_s

    async def feed(self, gateway: Gateway) -> None:
        """Hand every line that can be routed to the gateway, in the file's order."""
        console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        size = _size(self._file)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("send", total=size)
            async for lines in _lines_of(self._file):
                for line in lines:
                    await self._take(gateway, line, console)
                bar.update(task, advance=sum(map(len, lines)) + len(lines))
            await gateway.flush()

    async def _take(self, gateway: Gateway, line: bytes, console: Any) -> None:
        if line.strip():
            await self._keep_pace()
            try:
                event = route(line)
            except Unroutable as problem:
                self.refused += 1
                console.print(f"omnistate send: line {self.line + 1}: {problem}")
            else:
                await gateway.send(event)
        self.line += 1

    async def _keep_pace(self) -> None:
        if self._rate is not None:
            ahead_s = self.line / self._rate - self.seconds
            if ahead_s > PAUSE_S:
                await asyncio.sleep(ahead_s)


async def send_file(connection: Connection, topology: Topology, sending: Sending) -> int:
    """Send everything; the exit status. Raises ClusterFailure and Unusable."""
    inputs = _inputs(topology)
    async with open_cluster(connection) as cluster:
        readiness = await cluster.readiness(topology, inputs)
    if readiness.problem:
        raise Unusable(readiness.problem)
    destinations = {
        topic: Destination(family, rank, readiness.partitions[topic])
        for topic, (family, rank) in inputs.items()
    }
    async with open_gateway(connection, destinations) as gateway:
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):
            loop.add_signal_handler(signal.SIGINT, _interrupt, sending)
        await _unless_interrupted(sending, sending.feed(gateway))
        if sending.interrupted:
            await _unless_interrupted(sending, gateway.flush())
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
    usual = topology.group(GROUP).consumes
    counts = {topic: gateway.sent[topic] for topic in inputs if topic in {*usual, *gateway.sent}}
    said = ", ".join(f"{count} to {topic}" for topic, count in counts.items())
    print(f"sent {said.replace(' to ', ' events to ', 1)} in {sending.seconds:.1f} s")
    if gateway.misplaced:
        say("send", f"{gateway.misplaced} events may be applied in another order: clocks went back")
    if sending.interrupted:
        unknown = f", {gateway.pending} not acknowledged" if gateway.pending else ""
        return say(
            "send", f"interrupted after line {sending.line}{unknown}", ExitStatus.INTERRUPTED
        )
    if sending.refused:
        return say("send", f"{sending.refused} lines were left out")
    return 0


def _inputs(topology: Topology) -> dict[str, tuple[str, int]]:
    """Each topic that events go to: its worker, and its rank there on equal append times."""
    topics = set(ROUTES.values())
    return {
        topic: (group.name, rank)
        for group in topology.groups
        for rank, topic in enumerate(group.consumes)
        if topic in topics
    }


async def _unless_interrupted(sending: Sending, work: Coroutine[Any, Any, None]) -> None:
    sending.under_way = asyncio.ensure_future(work)
    try:
        await sending.under_way
    except asyncio.CancelledError:
        if not sending.interrupted:
            raise


def _interrupt(sending: Sending) -> None:
    sending.interrupted = True
    if sending.under_way is not None:
        sending.under_way.cancel()


async def _lines_of(file: int) -> AsyncIterator[list[bytes]]:
    """As read_lines. Raises Unusable where the file cannot be read any further."""
    try:
        async for lines in read_lines(file):
            yield lines
    except OSError as error:
        raise Unusable(f"reading the events: {error.strerror}") from None


def _size(file: int) -> int | None:
    """How long a regular file is; of others nobody knows."""
    found = os.fstat(file)
    return found.st_size if stat.S_ISREG(found.st_mode) else None
