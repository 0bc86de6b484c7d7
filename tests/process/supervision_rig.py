"""An engine, a cluster and a clock that a test puts under a supervisor."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any

from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.errors import Unreachable
from omnistate.process.errors import GivenUp
from omnistate.process.supervisor import Engine, Need, Supervisor
from omnistate.stream.topology import load_topology

GROUP = "conversation"
WELL = Readiness(None, {"channel-events": 3})
MISSING = Readiness("topic channel-events is missing: run omnistate topics apply", {}, True)
AWAY = Unreachable("no Kafka broker answers at localhost:9092")


class Trial(Engine):
    """An engine whose needs and tasks are the test's."""

    def __init__(
        self,
        needs: Iterable[Need] = (),
        tasks: Iterable[Callable[[Supervisor], Coroutine[Any, Any, None]]] = (),
    ) -> None:
        super().__init__(load_topology(), GROUP)
        self._needs, self._tasks = needs, tasks
        self.partitions: Mapping[str, int] | None = None
        self.stands_still = False

    def needs(self, partitions: Mapping[str, int]) -> Iterable[Need]:
        self.partitions = partitions
        return self._needs

    def tasks(self, supervisor: Supervisor) -> Iterable[Coroutine[Any, Any, None]]:
        return [make(supervisor) for make in self._tasks]

    async def stop(self) -> None: ...

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        return True, {}

    def check_progress(self) -> None:
        if self.stands_still:
            raise GivenUp("partition 3 has stood still")


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds
        # Others get their turn, as in any sleep.
        await asyncio.sleep(0)


def each_in_turn(*outcomes: Readiness | Exception) -> Callable[[], Awaitable[Readiness]]:
    """A look that finds these one after another, and the last one from then on."""
    left = list(outcomes)

    async def look() -> Readiness:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return look


def supervise(
    engine: Engine,
    *found: Readiness | Exception,
    clock: Clock | None = None,
    wait_for_topics: bool = False,
) -> Supervisor:
    time = clock or Clock()
    look = each_in_turn(*found or (WELL,))
    return Supervisor(engine, look, time.sleep, lambda: time.now_s, wait_for_topics=wait_for_topics)
