"""Topics that are missing, that were changed, that may not be looked at: waited for, or told."""

import asyncio

import pytest
import structlog
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.errors import ClusterRefusal
from omnistate.process.errors import Unusable
from omnistate.process.supervisor import CHECK_S, MISSED_MAX, Supervisor

from tests.process.supervision_rig import AWAY, MISSING, WELL, Clock, Trial, supervise

WRONG = Readiness("topic channel-events has another cleanup.policy", {})
GROWN = Readiness(None, {"channel-events": 4})


async def for_ever(_: Supervisor) -> None:
    await asyncio.Event().wait()


class Ended(Exception):
    """A task of a test came to its end."""


async def end(_: Supervisor) -> None:
    raise Ended


async def test_missing_topics_are_waited_for_where_that_is_wanted() -> None:
    clock, engine = Clock(), Trial(tasks=[end])
    found = [MISSING] * 30 + [AWAY] + [MISSING] * 2
    with structlog.testing.capture_logs() as said, pytest.raises(Ended):
        await supervise(engine, *found, WELL, clock=clock, wait_for_topics=True).run()
    assert engine.partitions == WELL.partitions
    waits = [line for line in said if line["event"] == "waiting_for_topics"]
    assert {line["reason"] for line in waits} == {MISSING.problem}
    assert 2 < len(waits) < len(found) / 2
    assert max(clock.slept[: len(found)]) <= 5


async def test_what_is_wrong_is_not_waited_for() -> None:
    with pytest.raises(Unusable, match="another cleanup"):
        await supervise(Trial(), MISSING, WRONG, wait_for_topics=True).run()


@pytest.mark.parametrize("wait_for_topics", [True, False])
async def test_a_topic_that_goes_while_it_runs_ends_it(wait_for_topics: bool) -> None:
    found = [WELL] + [MISSING] * MISSED_MAX
    with pytest.raises(Unusable, match="channel-events is missing"):
        await supervise(Trial(tasks=[for_ever]), *found, wait_for_topics=wait_for_topics).run()


async def test_partitions_that_were_added_to_all_topics_while_it_runs_end_it() -> None:
    """They agree with one another, and no longer with the tables."""
    clock = Clock()
    with pytest.raises(Unusable) as ended:
        await supervise(Trial(tasks=[for_ever]), WELL, GROWN, clock=clock).run()
    assert "channel-events had 3 partitions when this worker began, 4 now" in str(ended.value)
    assert "a new OMNISTATE_TOPIC_PREFIX" in str(ended.value)
    assert clock.slept == [CHECK_S] * MISSED_MAX


async def test_topics_that_nothing_is_keyed_by_may_grow() -> None:
    before = Readiness(None, {"channel-events": 3, "dead-letters": 3})
    after = Readiness(None, {"channel-events": 3, "dead-letters": 6})
    clock = Clock()

    async def run_on(_: Supervisor) -> None:
        while len(clock.slept) < 3 * MISSED_MAX:
            await asyncio.sleep(0)
        raise Ended

    with pytest.raises(Ended):
        await supervise(Trial(tasks=[run_on]), before, after, clock=clock).run()


async def test_a_refusal_is_not_called_a_broker_that_is_away() -> None:
    refusal = ClusterRefusal("topic channel-events: TopicAuthorizationFailed")

    async def look_again(supervisor: Supervisor) -> None:
        await supervisor.await_topics()
        raise Ended

    with structlog.testing.capture_logs() as said, pytest.raises(Ended):
        await supervise(Trial(tasks=[look_again]), WELL, refusal, refusal, WELL).run()
    assert {line["event"] for line in said} == {"broker_refuses"}
