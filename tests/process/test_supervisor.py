"""What every worker has from its supervisor: it waits, checks, watches, and ends with a reason."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any

import pytest
import structlog
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.errors import ClusterFailure, ClusterRefusal, Unreachable
from omnistate.process.errors import GivenUp, Unusable
from omnistate.process.supervisor import (
    CHECK_S,
    LONGEST_PAUSE_S,
    MISSED_MAX,
    WAITING_FOR_BROKER,
    WAITING_FOR_REDIS,
    Engine,
    Need,
    Supervisor,
)
from omnistate.projections.read_model.replacement import TopicReplaced
from omnistate.projections.read_model.store_ports import (
    StoreRefusal,
    StoreUnavailable,
    StoreUnusable,
)
from omnistate.stream.ports import LogRefusal, LogUnavailable
from omnistate.stream.topology import load_topology

GROUP = "conversation"
WELL = Readiness(None, {"channel-events": 3})
MISSING = Readiness("topic channel-events is missing: run omnistate topics apply", {})
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
    engine: Engine, *found: Readiness | Exception, clock: Clock | None = None
) -> Supervisor:
    time = clock or Clock()
    return Supervisor(engine, each_in_turn(*found or (WELL,)), time.sleep, lambda: time.now_s)


async def for_ever(_: Supervisor) -> None:
    await asyncio.Event().wait()


async def test_it_waits_for_a_broker_and_says_so_now_and_then() -> None:
    clock, engine = Clock(), Trial(tasks=[ended])
    found = [AWAY] * 20
    with structlog.testing.capture_logs() as said, pytest.raises(GivenUp):
        await supervise(engine, *found, WELL, clock=clock).run()
    assert engine.partitions == WELL.partitions
    assert clock.slept[:5] == [1, 2, 4, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    waits = [line for line in said if line["event"] == WAITING_FOR_BROKER]
    assert 2 < len(waits) < len(found) / 2
    assert {line["reason"] for line in waits} == {str(AWAY)}
    waited = [line["waited_s"] for line in waits]
    assert waited[0] == 0
    assert waited == sorted(set(waited))


async def ended(_: Supervisor) -> None:
    """A task that ends at once, and says nothing."""


async def test_a_missing_topic_at_the_start_ends_it() -> None:
    engine = Trial(tasks=[for_ever])
    with pytest.raises(Unusable, match="channel-events is missing"):
        await supervise(engine, MISSING).run()
    assert engine.partitions is None


async def test_needs_are_met_one_after_another() -> None:
    met: list[str] = []
    failures = [StoreUnavailable("refused"), LogUnavailable("no broker"), ClusterFailure("busy")]

    async def connect_redis() -> None:
        if failures:
            raise failures.pop(0)
        met.append("redis")

    async def join() -> None:
        met.append("group")

    def needs() -> Iterable[Need]:
        yield Need(WAITING_FOR_REDIS, connect_redis)
        assert met == ["redis"]
        yield Need(WAITING_FOR_BROKER, join)

    with structlog.testing.capture_logs() as said, pytest.raises(GivenUp):
        await supervise(Trial(needs(), [ended])).run()
    assert met == ["redis", "group"]
    assert [(line["event"], line["reason"]) for line in said] == [
        (WAITING_FOR_REDIS, "refused"),
        (WAITING_FOR_REDIS, "no broker"),
        (WAITING_FOR_REDIS, "busy"),
    ]


async def test_what_is_no_outage_is_not_waited_for() -> None:
    async def connect() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await supervise(Trial([Need(WAITING_FOR_REDIS, connect)], [for_ever])).run()


@pytest.mark.parametrize("kind", [StoreUnusable, TopicReplaced])
@pytest.mark.parametrize("at_start", [True, False])
async def test_what_a_person_must_mend_is_unusable(kind: type[Exception], at_start: bool) -> None:
    async def fail() -> None:
        raise kind("it is somebody else's")

    engine = Trial([Need(WAITING_FOR_REDIS, fail)] if at_start else (), [lambda _: fail()])
    with pytest.raises(Unusable, match="somebody else's"):
        await supervise(engine).run()


async def test_the_first_task_that_ends_ends_the_others() -> None:
    ends: list[str] = []

    async def hang(_: Supervisor) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    async def fail(_: Supervisor) -> None:
        await asyncio.sleep(0)
        raise LogUnavailable("the group member died")

    with pytest.raises(LogUnavailable, match="the group member died"):
        await supervise(Trial(tasks=[hang, fail, hang])).run()
    assert ends == ["cancelled"] * 2


async def cancelled(_: Supervisor) -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("end", [ended, cancelled])
async def test_a_task_that_ends_without_a_reason_ends_it(
    end: Callable[[Supervisor], Coroutine[Any, Any, None]],
) -> None:
    with pytest.raises(GivenUp, match="without saying why"):
        await supervise(Trial(tasks=[for_ever, end])).run()


async def test_cancelled_it_leaves_no_task_behind() -> None:
    running = asyncio.create_task(supervise(Trial(tasks=[for_ever, for_ever])).run())
    for _ in range(10):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_topic_counts_as_gone_when_it_was_missed_often_enough() -> None:
    clock = Clock()
    # An election in between, and an outage: neither is a topic that is gone, nor makes it be there.
    missed: list[Readiness | Exception] = [MISSING] * MISSED_MAX
    found = [WELL, *missed[1:], WELL, MISSING, AWAY, *missed]
    with pytest.raises(Unusable, match="channel-events is missing"):
        await supervise(Trial(tasks=[for_ever]), *found, clock=clock).run()
    looks = MISSED_MAX - 1 + 1 + 1 + 1 + (MISSED_MAX - 1)
    assert clock.slept == [CHECK_S] * looks


async def test_a_standstill_counts_only_while_the_cluster_answers() -> None:
    engine, clock = Trial(tasks=[for_ever]), Clock()
    engine.stands_still = True
    with pytest.raises(GivenUp, match="stood still"):
        await supervise(engine, WELL, AWAY, AWAY, WELL, clock=clock).run()
    assert clock.slept == [CHECK_S] * 3


async def test_an_engine_may_wait_for_its_topics_again() -> None:
    counts: list[Mapping[str, int]] = []

    async def look_again(supervisor: Supervisor) -> None:
        counts.append(await supervisor.await_topics())

    with pytest.raises(GivenUp, match="without saying why"):
        await supervise(Trial(tasks=[look_again]), WELL, AWAY, WELL).run()
    assert counts == [WELL.partitions]


async def test_refused_at_its_start_it_ends() -> None:
    refusal = ClusterRefusal("Kafka refuses us: SaslAuthenticationFailed")
    with pytest.raises(ClusterRefusal):
        await supervise(Trial(tasks=[for_ever]), AWAY, refusal).run()


@pytest.mark.parametrize("refusal", [LogRefusal("no permission"), StoreRefusal("NOAUTH")])
async def test_refused_what_it_needs_at_its_start_it_ends(refusal: Exception) -> None:
    async def connect() -> None:
        raise refusal

    needs = [Need(WAITING_FOR_REDIS, connect)]
    with pytest.raises(type(refusal)):
        await supervise(Trial(needs=needs, tasks=[for_ever])).run()


async def test_refused_while_it_runs_it_waits() -> None:
    refusal = ClusterRefusal("Kafka refuses us: SaslAuthenticationFailed")
    counts: list[Mapping[str, int]] = []

    async def look_again(supervisor: Supervisor) -> None:
        counts.append(await supervisor.await_topics())

    with pytest.raises(GivenUp, match="without saying why"):
        await supervise(Trial(tasks=[look_again]), WELL, refusal, refusal, WELL).run()
    assert counts == [WELL.partitions]
