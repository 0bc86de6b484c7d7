"""`omnistate topics` and what workers ask at their start, on a real Kafka."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.admin import NewPartitions, NewTopic
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.admin.differences import TopicState
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.admin.topic_layout import load_declaration
from omnistate.stream.topology import load_topology

from tests.harness.console import Console, one_line

TOPICS = len(load_topology().topics)
NAMED_COUNTS = len(load_declaration(None).counted)
NUMBERS = ("--partitions=2", "--replication-factor=1")


@pytest.fixture
def console(brokers: str, prefix: str) -> Console:
    return Console(brokers, prefix)


def administer(console: Console, action: str, *arguments: Any) -> None:
    """Do something that `omnistate` never does."""

    async def act() -> None:
        admin = console.connection.admin()
        await admin.start()
        await getattr(admin, action)(*arguments)
        await admin.close()

    asyncio.run(act())


def until(console: Console, topic: str, shows: Callable[[TopicState | None], bool]) -> None:
    """Wait until the brokers show it: they may be a moment behind the controller."""
    until_s = time.monotonic() + 60
    while not shows(console.describe(topic).get(topic)):
        assert time.monotonic() < until_s
        time.sleep(0.05)


def delete(console: Console, topic: str) -> None:
    administer(console, "delete_topics", [console.connection.physical(topic)])
    until(console, topic, lambda state: state is None)


def alter(console: Console, topic: str, **settings: str) -> None:
    named = {key.replace("_", "."): text for key, text in settings.items()}

    async def act() -> None:
        async with open_cluster(console.connection) as cluster:
            await cluster.alter({topic: named})

    asyncio.run(act())
    until(console, topic, lambda state: state is not None and named.items() <= state.config.items())


def ready(console: Console, group: str = "conversation") -> Readiness:
    async def ask() -> Readiness:
        async with open_cluster(console.connection) as cluster:
            return await cluster.missing_or_wrong(load_topology(), group)

    return asyncio.run(ask())


def test_plan_and_apply_until_nothing_is_to_do(console: Console) -> None:
    plan = console.omnistate("topics", "plan", *NUMBERS)
    assert (plan.status, plan.err) == (1, "")
    assert plan.out.count("2 partitions, replication factor 1\n") == TOPICS - NAMED_COUNTS
    assert "workstreams: 1 partition, replication factor 1" in plan.out
    assert not console.describe("channel-events"), "a plan creates nothing"

    created = console.succeed("topics", "apply", *NUMBERS)
    assert created.count("created ") == TOPICS
    assert "as declared\n" in console.succeed("topics", "plan", *NUMBERS)
    assert "nothing to do" in console.succeed("topics", "apply", *NUMBERS)
    found = console.describe("channel-events", "workstreams")
    assert found["channel-events"].partitions == 2
    assert found["channel-events"].config["message.timestamp.type"] == "LogAppendTime"
    assert found["workstreams"].partitions == 1


def test_a_default_counts_only_for_topics_yet_to_be_created(console: Console) -> None:
    console.lay_out()
    said = console.succeed("topics", "plan")
    assert "2 partitions (the default is 12)" in said
    assert "replication factor 1 (the default is 3)" in said
    delete(console, "rejected-inputs")
    one_more = console.omnistate("topics", "plan", "--replication-factor=1")
    assert one_more.status == 1
    assert "rejected-inputs: 2 partitions" in one_more.out, "as many as its tables have"
    console.succeed("topics", "apply", "--replication-factor=1")
    assert console.describe("rejected-inputs")["rejected-inputs"].partitions == 2


def test_settings_are_altered_and_those_of_others_kept(console: Console) -> None:
    console.lay_out()
    alter(console, "channel-events", retention_ms="1000", segment_bytes="7000000")
    plan = console.omnistate("topics", "plan")
    assert plan.status == 1
    assert "channel-events: retention.ms: 1000 → 604800000" in plan.out
    console.succeed("topics", "apply")
    config = console.describe("channel-events")["channel-events"].config
    assert config["retention.ms"] == "604800000"
    assert config["segment.bytes"] == "7000000"
    assert console.omnistate("topics", "plan").status == 0


def test_counts_that_tables_rest_on_never_change(console: Console) -> None:
    console.lay_out()
    line = one_line(console.omnistate("topics", "apply", "--partitions=4"))
    assert "2 partitions, 4 wanted" in line
    assert "fixed for life" in line
    counts = {state.partitions for state in console.describe("dead-letters").values()}
    assert counts == {2}, "refused whole, also what could have grown"


def test_a_topic_without_keys_of_a_table_may_grow(console: Console) -> None:
    console.lay_out()
    delete(console, "dead-letters")
    name = console.connection.physical("dead-letters")
    administer(console, "create_topics", [NewTopic(name, 1, 1)])
    until(console, "dead-letters", lambda state: state is not None and state.partitions == 1)
    said = console.succeed("topics", "apply", *NUMBERS)
    assert "altered" in said
    assert console.describe("dead-letters")["dead-letters"].partitions == 2


def test_too_few_brokers_create_nothing(console: Console) -> None:
    line = one_line(console.omnistate("topics", "apply", "--partitions=2"))
    assert "--replication-factor 1" in line
    assert not console.describe(*(topic.name for topic in load_topology().topics))


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_no_broker(command: str) -> None:
    line = one_line(Console("127.0.0.1:1", "").omnistate("topics", command))
    assert "127.0.0.1:1" in line


def test_what_a_worker_needs(console: Console) -> None:
    physical = console.connection.physical
    problem = ready(console).problem
    assert problem == f"topic {physical('channel-events')} is missing: run omnistate topics apply"

    console.lay_out()
    readiness = ready(console)
    assert readiness.problem is None
    assert readiness.partitions["channel-events"] == 2
    assert readiness.partitions["workstreams"] == 1
    assert ready(console, "representative").problem is None
    assert ready(console, "projection").problem is None

    alter(console, "channel-events", retention_ms="1000")
    assert ready(console).problem is None, "another retention is nobody's end"
    alter(console, "agent-actions", message_timestamp_type="CreateTime")
    assert "agent-actions has message.timestamp.type=CreateTime" in str(ready(console).problem)
    console.succeed("topics", "apply")
    alter(console, "conversation-counters-changelog", cleanup_policy="delete")
    assert "counters-changelog has cleanup.policy=delete" in str(ready(console).problem)
    console.succeed("topics", "apply")

    more = {physical("agent-actions"): NewPartitions(3)}
    administer(console, "create_partitions", more)
    until(console, "agent-actions", lambda state: state is not None and state.partitions == 3)
    problem = str(ready(console).problem)
    assert "agent-actions has 3 partitions" in problem
    assert "channel-events 2" in problem
    line = one_line(console.omnistate("topics", "apply"))
    assert "agent-actions: 3 partitions, 2 wanted" in line
