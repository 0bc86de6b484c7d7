"""What may go wrong with a server, one thing at a time: the brokers, or Redis.

The server is started from one thread that lives as long as this does, since the kernel ends it
with the thread that started it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Generic, Protocol, Self, TypeVar

from tests.harness.broker import Broker, Cluster
from tests.harness.tied_process import PATIENCE_S

# The broker's own session ends after 2 s; clients that are patient wait for longer.
HANG_S: Final = (2.0, 6.0)


class Server(Protocol):
    """What can be broken: it comes back at the same address."""

    def start(self, timeout_s: float) -> None:
        """Start it and wait until it serves."""

    def stop(self) -> None:
        """End it in order."""

    def kill(self) -> None:
        """As `kill -9` does."""

    def pause(self) -> None:
        """SIGSTOP."""

    def resume(self) -> None:
        """SIGCONT."""

    def close(self) -> None:
        """Leave nothing of it."""


S = TypeVar("S", bound=Server)
# Of the node whose disk can be filled.
DISK_BYTES: Final = 1 << 30


class Outage(Generic[S]):
    """Owns a server: starts it on entry, ends it on exit, and breaks it on demand."""

    def __init__(self, server: S, name: str) -> None:
        self.server: Final = server
        self._name = name
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()

    @asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[S]:
        """The server, which nobody else breaks meanwhile."""
        async with self._turn:
            yield self.server

    async def restart(self, say: Callable[[str], None]) -> None:
        """Stop it in order and start it again."""
        async with self._turn:
            say(f"{self._name} is stopped")
            await self.do(self.server.stop)
            await self._start()
            say(f"{self._name} serves again")

    async def kill(
        self, say: Callable[[str], None], meanwhile: Callable[[S], None] | None = None
    ) -> None:
        """kill -9, and start it again; `meanwhile` is done to what is left of it."""
        async with self._turn:
            say(f"kill -9 of {self._name}")
            await self.do(self.server.kill)
            if meanwhile is not None:
                meanwhile(self.server)
            await self._start()
            say(f"{self._name} serves again")

    async def hang(self, say: Callable[[str], None], draw: random.Random) -> None:
        """SIGSTOP and SIGCONT: connections stay open, nothing is answered."""
        async with self._turn:
            seconds = draw.uniform(*HANG_S)
            say(f"{self._name} hangs for {seconds:.1f} s")
            self.server.pause()
            try:
                await asyncio.sleep(seconds)
            finally:
                self.server.resume()
            say(f"{self._name} goes on")

    async def _start(self) -> None:
        await self.do(lambda: self.server.start(PATIENCE_S))

    async def _close(self) -> None:
        await self.do(self.server.close)
        self._thread.shutdown()

    async def do(self, act: Callable[[], None]) -> None:
        """Do it in the thread that starts the server, since who is started must not outlive it."""
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, act))


def make_kafka(folder: Path, nodes: int) -> Outage[Broker | Cluster]:
    """Kafka with one node, or with three, of which the last one has a small disk."""
    if nodes == 1:
        return Outage(Broker(folder / "broker"), "the broker")
    cluster = Cluster(folder / "cluster", disk_bytes={nodes: DISK_BYTES}, proxied=True)
    return Outage(cluster, "every node")
