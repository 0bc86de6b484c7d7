"""Both workers on one log, as the clock goes from one input, or one timer, to the next.

What one says the other reads, and nobody falls. It decides nothing.
"""

from typing import Any

from omnistate.stream.partition_task import PartitionTask
from omnistate_schemas.vocabulary import CAPACITY_CHANGES

from tests.audit.audit_rig import Rig
from tests.audit.downstream_rig import totals_task

Task = PartitionTask[Any]


class TwoWorkers(Rig):
    """Start them, append, and let time go by; `look` is called whenever somebody has worked."""

    batch_records = 1_000

    async def start(self) -> None:
        """New workers for all partitions of both."""
        await self.take_over()
        numbers = range(self.sizes[CAPACITY_CHANGES])
        self._workers: list[Task] = [*self.tasks, *(totals_task(self, each) for each in numbers)]
        for worker in self._workers[len(self.tasks) :]:
            await worker.start()

    async def go_on(self, until_ms: int) -> None:
        """To that moment, with whatever is due before it or then."""
        while True:
            due = [each.processor.due_ms for each in self._workers]
            due_ms = min((each for each in due if each is not None), default=until_ms + 1)
            self.now_ms = max(self.now_ms, min(due_ms, until_ms))
            if due_ms > until_ms:
                return
            for worker in self._workers:
                if worker.processor.due_ms is not None:
                    await worker.fire_timers(self.now_ms)
            await self.work()

    async def work(self) -> None:
        """All is read by everybody."""
        self.look()
        moved = True
        while moved:
            moved = False
            for worker in self._workers:
                while (await worker.run_batch(self.batch_records)).records:
                    moved = True
                    self.look()

    def look(self) -> None:
        """Somebody may have said something."""
