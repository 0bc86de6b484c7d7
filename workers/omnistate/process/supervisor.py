"""Runs what one worker does: waits for what it needs, checks and watches its topics, ends it.

It is the same for every worker: what a worker does is its Engine's. Whatever ends that must not end
ends the worker; a Kafka or a Redis that is away is waited for instead. It reads no record.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any, Final, NamedTuple

from omnistate.adapters.kafka.admin.cluster import Cluster, open_cluster
from omnistate.adapters.kafka.admin.differences import OTHER_NUMBER
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure, ClusterRefusal
from omnistate.core.row_version import NewerVersion
from omnistate.process.errors import GivenUp, Unusable
from omnistate.process.logs import get_logger
from omnistate.process.waiting import Wait
from omnistate.projections.read_model.replacement import TopicReplaced
from omnistate.projections.read_model.store_ports import (
    StoreRefusal,
    StoreUnavailable,
    StoreUnusable,
)
from omnistate.stream.ports import LogRefusal, LogUnavailable
from omnistate.stream.topology import Topology

# How often the topics are looked at while the worker runs: one may be deleted under it.
CHECK_S: Final = 10.0
# Looked for so often before it counts as gone: a broker that restarts knows few topics at first.
MISSED_MAX: Final = 3
# Calls wait meanwhile: a worker must not be long in noticing that the brokers are back.
LONGEST_PAUSE_S: Final = 5.0
_AWAY: Final = (ClusterFailure, LogUnavailable, StoreUnavailable)
# A worker that starts ends with these: a person has to mend something. One that runs waits, since
# somebody may be changing its password.
_REFUSALS: Final = (ClusterRefusal, LogRefusal, StoreRefusal)


def tell_broker_away(reason: str, waited_s: int) -> None:
    """No broker does its part yet."""
    get_logger().warning("waiting_for_broker", reason=reason, waited_s=waited_s)


def tell_refused(reason: str, waited_s: int) -> None:
    """A broker answers and refuses, though the worker ran before."""
    get_logger().error("broker_refuses", reason=reason, waited_s=waited_s)


def tell_topics_missing(reason: str, waited_s: int) -> None:
    """Topics are missing, and the worker was told to wait for them."""
    get_logger().warning("waiting_for_topics", reason=reason, waited_s=waited_s)


def tell_redis_away(reason: str, waited_s: int) -> None:
    """Redis does not do its part yet."""
    get_logger().warning("waiting_for_redis", reason=reason, waited_s=waited_s)


class Need(NamedTuple):
    """What an engine cannot run without: `connect` is tried until it is there."""

    # What the log says meanwhile, now and then: why, and after how many seconds.
    tell: Callable[[str, int], None]
    connect: Callable[[], Awaitable[object]]


class Engine(ABC):
    """What one worker does: to add a worker is to write one of these, and a command that runs it.

    The supervisor calls `needs`, then `tasks`, each once; the host calls `stop` once, at any time.
    """

    def __init__(self, topology: Topology, group: str | None) -> None:
        """`group` is the worker's in `topology`; one that has none says by `look` what it needs."""
        self.topology = topology
        if group is not None:
            self.group = topology.group(group)

    @abstractmethod
    def needs(self, partitions: Mapping[str, int]) -> Iterable[Need]:
        """What to connect to, in this order, each before the next is asked for.

        `partitions` counts those of each topic, on the cluster.
        """

    @abstractmethod
    def tasks(self, supervisor: "Supervisor") -> Iterable[Coroutine[Any, Any, None]]:
        """What runs from then on: none of them ends while all is well, and the first ends all.

        One that needs a person raises Unusable, StoreUnusable or TopicReplaced.
        """

    @abstractmethod
    async def stop(self) -> None:
        """Finish what is under way, leave the group, disconnect."""

    @abstractmethod
    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Whether it does its part, and how each of its partitions stands."""

    async def look(self, cluster: Cluster, *, permissions: bool) -> Readiness:
        """Whether its topics can be used; `permissions`: and it may do what it must, or is refused.

        Raises ClusterFailure.
        """
        if permissions:
            await cluster.check_permissions(self.group)
        return await cluster.missing_or_wrong(self.topology, self.group.name)

    def check_progress(self) -> None:  # noqa: B027
        """Raise GivenUp where something stands still; asked only while the cluster answers."""


class Supervisor:
    """Runs one engine, once."""

    def __init__(
        self,
        engine: Engine,
        look: Callable[[], Awaitable[Readiness]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now_s: Callable[[], float] = time.monotonic,
        *,
        wait_for_topics: bool = False,
    ) -> None:
        """`look` looks at the engine's topics, or raises ClusterFailure.

        `now_s` never goes back. With `wait_for_topics` missing ones are waited for at the start.
        """
        self._engine = engine
        self._look = look
        self._wait_for_topics = wait_for_topics
        # Of each topic, when the worker began.
        self._partitions: Mapping[str, int] = {}
        self._sleep = sleep
        self._now_s = now_s
        self._runs = False

    async def run(self) -> None:
        """Until cancelled. Raises a fault, or what a task of the engine ended with."""
        try:
            self._partitions = await self.await_topics()
            for need in self._engine.needs(self._partitions):
                await self._connect(need)
            self._runs = True
            await self._run_tasks([*self._engine.tasks(self), self._watch_topics()])
        except (StoreUnusable, TopicReplaced, NewerVersion) as error:
            raise Unusable(str(error)) from None

    async def await_topics(self) -> Mapping[str, int]:
        """The partition count of each topic, as soon as a broker answers.

        Raises Unusable where a topic is missing or wrong.
        """
        found: list[Readiness] = []
        missing = Wait(LONGEST_PAUSE_S)

        async def look() -> None:
            found.append(await self._look())

        while True:
            await self._connect(Need(tell_broker_away, look))
            problem, partitions, only_missing = found.pop()
            if problem is None:
                return partitions
            if not (only_missing and self._wait_for_topics):
                raise Unusable(problem)
            await self._pause(missing, problem, tell_topics_missing)

    async def _pause(self, wait: Wait, reason: str, tell: Callable[[str, int], None]) -> None:
        """After a try that failed: say so where it is time to, and wait for the next one."""
        pause = wait.fail(reason, self._now_s())
        if pause.speaks:
            tell(reason, round(pause.waited_s))
        await self._sleep(pause.seconds)

    async def _connect(self, need: Need) -> None:
        wait = Wait(LONGEST_PAUSE_S)
        while True:
            try:
                await need.connect()
            except _AWAY as error:
                if isinstance(error, _REFUSALS) and not self._runs:
                    raise
                refused = isinstance(error, ClusterRefusal | LogRefusal)
                await self._pause(wait, str(error), tell_refused if refused else need.tell)
            else:
                return

    async def _run_tasks(self, coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
        tasks = [asyncio.ensure_future(each) for each in coroutines]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                # A cancellation is no reason: nobody has cancelled the worker.
                if not task.cancelled():
                    task.result()
            raise GivenUp("a task of the worker ended without saying why")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch_topics(self) -> None:
        """Raise Unusable when a topic has been deleted or changed for the worse."""
        missed = 0
        while True:
            await self._sleep(CHECK_S)
            try:
                readiness = await self._look()
            except ClusterFailure:
                # Whoever reads and writes says so; here it is only not known.
                continue
            self._engine.check_progress()
            problem = readiness.problem or self._changed_count(readiness.partitions)
            missed = 0 if problem is None else missed + 1
            if missed == MISSED_MAX:
                raise Unusable(str(problem))

    def _changed_count(self, partitions: Mapping[str, int]) -> str | None:
        """What to say where keys lie in other partitions than when the worker began."""
        for topic, count in self._partitions.items():
            found = partitions.get(topic, count)
            if found != count and self._engine.topology.topic(topic).co_partitioned_with:
                return (
                    f"topic {topic} had {count} partitions when this worker began, {found} now: "
                    f"its keys lie elsewhere now, where no table knows them; {OTHER_NUMBER}"
                )
        return None


def supervise(engine: Engine, connection: Connection, *, wait_for_topics: bool) -> Supervisor:
    """The supervisor of an engine whose topics are on this cluster.

    Until it has seen all of them once, it also asks whether it may do with them what it must.
    """
    complete = False

    async def look() -> Readiness:
        nonlocal complete
        async with open_cluster(connection) as cluster:
            readiness = await engine.look(cluster, permissions=not complete)
        complete = complete or readiness.problem is None
        return readiness

    return Supervisor(engine, look, wait_for_topics=wait_for_topics)
