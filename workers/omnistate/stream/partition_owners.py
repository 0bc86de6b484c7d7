"""The owners of all partitions that the group has given to this worker.

Follows the group's rebalances: whoever keeps a partition keeps its tables, and goes on from its
last commit; if somebody else had it in between, the fence says so. It knows no driver.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, TypeVar

from omnistate.stream.observer import PartitionObserver
from omnistate.stream.partition_owner import PartitionOwner
from omnistate.stream.ports import Processor

# A batch that takes longer is left to the fence of whoever comes next.
PAUSE_S: Final = 5.0
STOP_S: Final = 3.0

P = TypeVar("P", bound=Processor)


class PartitionOwners(Generic[P]):
    """One owner and one running task for each partition."""

    def __init__(
        self, make_owner: Callable[[int], PartitionOwner[P]], observer: PartitionObserver
    ) -> None:
        """Nothing is owned before the first `assign`."""
        self._make_owner = make_owner
        self._observer = observer
        self._owners: dict[int, PartitionOwner[P]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        # Former owners that are not quite done yet.
        self._ending: dict[int, asyncio.Task[None]] = {}
        self.joined = False
        # What ended an owner that nobody has told to end: the worker must end with it.
        self.failure: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    def __iter__(self) -> Iterator[PartitionOwner[P]]:
        """The owners, by partition number."""
        return iter([self._owners[number] for number in sorted(self._owners)])

    async def revoke(self) -> None:
        """The group is being rebalanced: finish what is under way, begin nothing."""
        self.joined = False
        pauses = [asyncio.ensure_future(owner.pause()) for owner in self._owners.values()]
        if pauses:
            _, late = await asyncio.wait(pauses, timeout=PAUSE_S)
            for pause in late:
                pause.cancel()

    def assign(self, numbers: Iterable[int]) -> None:
        """These partitions are ours now, and no others; nothing is waited for."""
        ours = set(numbers)
        for number in set(self._owners) - ours:
            self._ending[number] = asyncio.create_task(
                self._dismiss(number, self._owners.pop(number), self._tasks.pop(number))
            )
        for number in sorted(ours):
            if number in self._owners:
                self._owners[number].resume()
                continue
            self._observer.assigned(number)
            owner = self._owners[number] = self._make_owner(number)
            run = self._run(owner, self._ending.pop(number, None))
            task = self._tasks[number] = asyncio.create_task(run, name=f"partition {number}")
            task.add_done_callback(self._note_end)
        self.joined = True

    async def _run(self, owner: PartitionOwner[P], former: "asyncio.Task[None] | None") -> None:
        if former is not None:
            await former
        await owner.run()

    async def stop(self) -> None:
        """Finish what is under way everywhere, and let everything go."""
        self.assign(())
        await asyncio.gather(*self._ending.values())
        self.joined = False

    async def _dismiss(
        self, number: int, owner: PartitionOwner[P], task: "asyncio.Task[None]"
    ) -> None:
        """End an owner in good order; who does not end is left to the next owner's fence."""
        owner.stop()
        for seconds in (STOP_S, STOP_S / 2):
            done, _ = await asyncio.wait([task], timeout=seconds)
            if done:
                break
            task.cancel()
        self._observer.revoked(number)

    def _note_end(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not self.failure.done():
            self.failure.set_result(error)
