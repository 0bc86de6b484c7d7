"""What may go wrong with the broker, one thing at a time.

The broker is started from one thread that lives as long as this does, since the kernel ends a
broker with the thread that started it.
"""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from deploy.broker import Broker

# The broker's own session ends after 2 s; clients that are patient wait for longer.
HANG_S: Final = (2.0, 6.0)
START_S: Final = 120.0


class Outage:
    """Owns the broker: starts it on entry, ends it on exit, and breaks it on demand."""

    def __init__(self, folder: Path) -> None:
        self._broker = Broker(folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="broker")
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            await self._do(lambda: self._broker.start(START_S))
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

    @property
    def brokers(self) -> str:
        """Where it is reached, over all its lives."""
        return self._broker.bootstrap

    async def restart(self, say: Callable[[str], None]) -> None:
        """Stop it in order and start it again."""
        async with self._turn:
            say("the broker is stopped")
            await self._do(self._broker.stop)
            await self._do(lambda: self._broker.start(START_S))
            say("the broker serves again")

    async def kill(self, say: Callable[[str], None]) -> None:
        """kill -9, and start it again."""
        async with self._turn:
            say("kill -9 of the broker")
            await self._do(self._broker.kill)
            await self._do(lambda: self._broker.start(START_S))
            say("the broker serves again")

    async def hang(self, say: Callable[[str], None], draw: random.Random) -> None:
        """SIGSTOP and SIGCONT: connections stay open, nothing is answered."""
        async with self._turn:
            seconds = draw.uniform(*HANG_S)
            say(f"the broker hangs for {seconds:.1f} s")
            self._broker.pause()
            try:
                await asyncio.sleep(seconds)
            finally:
                self._broker.resume()
            say("the broker goes on")

    async def _close(self) -> None:
        await self._do(self._broker.close)
        self._thread.shutdown()

    async def _do(self, act: Callable[[], None]) -> None:
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, act))
