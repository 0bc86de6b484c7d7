"""A fleet: the workers of one kind that shall run, and a supervisor that starts dead ones again.

As an orchestrator would: whoever ends is started again after a moment, whyever it ended. An end
that nobody has asked for is kept with what the worker said about it.
"""

import asyncio
import itertools
import random
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from tests.chaos.chaos_worker import ChaosWorker
from tests.chaos.worker_kinds import Kind
from tests.harness.installation import Installation
from tests.harness.tied_process import PATIENCE_S
from tests.harness.waiting import stretch
from tests.harness.worker_process import PROMISED_END_S

LOOK_S: Final = 0.1
RESTART_S: Final = 0.3


class Fleet:
    """Starts, watches and ends the workers of one kind in one installation."""

    def __init__(self, kind: Kind, installation: Installation, say: Callable[[str], None]) -> None:
        self.kind = kind
        self.workers: list[ChaosWorker] = []
        # Held by whoever changes how many there are.
        self.sizing = asyncio.Lock()
        # Workers that are gone: their logs still tell.
        self.former: list[ChaosWorker] = []
        self.unasked_ends: list[str] = []
        self.violations: list[str] = []
        self._installation = installation
        self._say = say
        self._numbers = itertools.count(1)
        self._supervisor: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Start the supervisor."""
        self._supervisor = asyncio.create_task(self._supervise())

    def add(self) -> ChaosWorker:
        """One more worker; it is not waited for."""
        name = f"{self.kind.name}-{next(self._numbers)}"
        worker = ChaosWorker(self._installation, self.kind.name, name)
        self.workers.append(worker)
        worker.start()
        return worker

    async def end_well(self, worker: ChaosWorker) -> None:
        """SIGTERM: it must exit 0 in time."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        limit_s = stretch(PROMISED_END_S)
        status = await worker.terminate(limit_s)
        if status is None:
            self.violations.append(f"{worker.name} did not end within {limit_s:g} s of SIGTERM")
        elif status == -15 and worker.silent:
            self._say(f"{worker.name} had not begun to listen")
        elif status != 0:
            self.violations.append(
                f"{worker.name} ended with status {status} after SIGTERM: {final_word(worker)}"
            )
        self._say(f"{worker.name} ended with {status} after {loop.time() - began_s:.1f} s")

    def remove(self, worker: ChaosWorker) -> None:
        """It has ended and shall not be started again."""
        self.workers.remove(worker)
        self.former.append(worker)
        worker.close()
        shutil.rmtree(worker.folder, ignore_errors=True)

    @asynccontextmanager
    async def take(self, draw: random.Random) -> AsyncIterator[ChaosWorker]:
        """Some running worker for oneself; the supervisor leaves it alone meanwhile."""
        while not (free := [each for each in self.workers if not each.taken and each.running]):
            await asyncio.sleep(LOOK_S)
        worker = draw.choice(free)
        worker.taken = True
        try:
            yield worker
        finally:
            worker.taken = False

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Nobody of this kind runs meanwhile: each ends in order, and starts again afterwards."""
        async with self.sizing:
            for worker in self.workers:
                while worker.taken:
                    await asyncio.sleep(LOOK_S)
                worker.taken = True
            try:
                ending = [self.end_well(worker) for worker in self.workers if worker.running]
                await asyncio.gather(*ending)
                yield
            finally:
                for worker in self.workers:
                    worker.start()
                    worker.taken = False

    async def end_all(self) -> None:
        """SIGTERM to everybody at once; each must exit 0 in time."""
        for worker in self.workers:
            worker.taken = True
        await asyncio.gather(*(self.end_well(worker) for worker in self.workers))

    async def close(self) -> None:
        """Leave no process behind."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        for worker in self.workers:
            worker.close()

    async def runs_all(self) -> bool:
        """Whether everybody is ready, and each partition run by exactly one of them."""
        return await self.running_partitions() == sorted(self.kind.runs)

    async def running_partitions(self) -> list[str] | None:
        """The partitions that run, by all workers; None where one of these is not ready."""
        found = await asyncio.gather(*(worker.ready() for worker in self.workers))
        numbers: list[str] = []
        for each in found:
            if each is None:
                return None
            numbers += each
        return sorted(numbers)

    def describe(self) -> str:
        """What each worker says of itself, for a failure that nobody can look at afterwards."""
        return "\n".join(
            f"{worker.name}: {worker.describe()}" for worker in self.workers if worker.running
        )

    async def await_ready(self, worker: ChaosWorker) -> None:
        """Until one worker is ready; the round's own wait judges those that never are."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while await worker.ready() is None:
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            self._say(f"{worker.name} is still not ready after {PATIENCE_S:g} s")

    @property
    def restarts(self) -> int:
        """How often a worker was started again."""
        return sum(max(0, each.starts - 1) for each in (*self.workers, *self.former))

    def count_said(self, event: str) -> int:
        """How often the workers, present and former, have logged an event."""
        return sum(
            line.get("event") == event
            for worker in (*self.workers, *self.former)
            for line in worker.said()
        )

    async def _supervise(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for worker in list(self.workers):
                # Another one was waited for meanwhile: this one may be gone.
                if worker.taken or worker.running or worker not in self.workers:
                    continue
                status = worker.status
                # A kill -9 is ours, and so the kernel's word for it.
                if status != -9:
                    end = f"{worker.name} ended by itself with {status}: {final_word(worker)}"
                    self.unasked_ends.append(end)
                    self._say(end)
                await asyncio.sleep(RESTART_S)
                if worker in self.workers and not _is_taken(worker):
                    worker.start()


def _is_taken(worker: ChaosWorker) -> bool:
    return worker.taken


def final_word(worker: ChaosWorker) -> str:
    """The last thing that a worker said of itself."""
    for line in reversed(worker.said()):
        if line.get("level") == "error" and "reason" in line:
            return f"{line['event']}: {line['reason']}"
        if text := line.get("line", ""):
            return str(text)
    return "it said nothing"
