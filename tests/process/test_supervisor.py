"""What every worker has from its supervisor: it waits, checks, watches, and ends with a reason."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

import pytest
import structlog
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.errors import ClusterFailure, ClusterRefusal
from omnistate.process.errors import GivenUp, Unusable
from omnistate.process.supervisor import (
    CHECK_S,
    LONGEST_PAUSE_S,
    MISSED_MAX,
    Need,
    Supervisor,
    tell_broker_away,
    tell_redis_away,
)
from omnistate.projections.read_model.replacement import TopicReplaced
from omnistate.projections.read_model.store_ports import (
    StoreRefusal,
    StoreUnavailable,
    StoreUnusable,
)
from omnistate.stream.ports import LogRefusal, LogUnavailable

from tests.process.supervision_rig import AWAY, MISSING, WELL, Clock, Trial, supervise


async def for_ever(_: Supervisor) -> None:
    await asyncio.Event().wait()


async def test_it_waits_for_a_broker_and_says_so_now_and_then() -> None:
    clock, engine = Clock(), Trial(tasks=[ended])
    found = [AWAY] * 20
    with structlog.testing.capture_logs() as said, pytest.raises(GivenUp):
        await supervise(engine, *found, WELL, clock=clock).run()
    assert engine.partitions == WELL.partitions
    assert clock.slept[:5] == [1, 2, 4, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    waits = [line for line in said if line["event"] == "waiting_for_broker"]
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
        yield Need(tell_redis_away, connect_redis)
        assert met == ["redis"]
        yield Need(tell_broker_away, join)

    with structlog.testing.capture_logs() as said, pytest.raises(GivenUp):
        await supervise(Trial(needs(), [ended])).run()
    assert met == ["redis", "group"]
    assert [(line["event"], line["reason"]) for line in said] == [
        ("waiting_for_redis", "refused"),
        ("waiting_for_redis", "no broker"),
        ("waiting_for_redis", "busy"),
    ]


async def test_what_is_no_outage_is_not_waited_for() -> None:
    async def connect() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await supervise(Trial([Need(tell_redis_away, connect)], [for_ever])).run()


@pytest.mark.parametrize("kind", [StoreUnusable, TopicReplaced])
@pytest.mark.parametrize("at_start", [True, False])
async def test_what_a_person_must_mend_is_unusable(kind: type[Exception], at_start: bool) -> None:
    async def fail() -> None:
        raise kind("it is somebody else's")

    engine = Trial([Need(tell_redis_away, fail)] if at_start else (), [lambda _: fail()])
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

    needs = [Need(tell_redis_away, connect)]
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
