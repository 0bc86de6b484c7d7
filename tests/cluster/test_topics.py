"""`omnistate topics` and what workers ask at their start, on a real Kafka."""

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
from tests.harness.waiting import eventually

TOPICS = len(load_topology().topics)
NAMED_COUNTS = len(load_declaration(None).counted)
NUMBERS = ("--partitions=2", "--replication-factor=1")


@pytest.fixture
def console(brokers: str, prefix: str) -> Console:
    return Console(brokers, prefix)


async def administer(console: Console, action: str, *arguments: Any) -> None:
    """Do something that `omnistate` never does."""
    admin = console.connection.admin()
    await admin.start()
    await getattr(admin, action)(*arguments)
    await admin.close()


async def until(console: Console, topic: str, shows: Callable[[TopicState | None], bool]) -> None:
    """Wait until the brokers show it: they may be a moment behind the controller."""
    await eventually(topic, lambda: console.describe(topic), lambda seen: shows(seen.get(topic)))


async def delete(console: Console, topic: str) -> None:
    await administer(console, "delete_topics", [console.connection.physical(topic)])
    await until(console, topic, lambda state: state is None)


async def alter(console: Console, topic: str, **settings: str) -> None:
    named = {key.replace("_", "."): text for key, text in settings.items()}
    async with open_cluster(console.connection) as cluster:
        await cluster.alter({topic: named})
    await until(
        console, topic, lambda state: state is not None and named.items() <= state.config.items()
    )


async def ready(console: Console, group: str = "conversation") -> Readiness:
    async with open_cluster(console.connection) as cluster:
        return await cluster.missing_or_wrong(load_topology(), group)


async def test_plan_and_apply_until_nothing_is_to_do(console: Console) -> None:
    plan = await console.omnistate("topics", "plan", *NUMBERS)
    assert (plan.status, plan.err) == (1, "")
    assert plan.out.count("2 partitions, replication factor 1\n") == TOPICS - NAMED_COUNTS
    assert "workstreams: 1 partition, replication factor 1" in plan.out
    assert not await console.describe("channel-events"), "a plan creates nothing"

    created = await console.succeed("topics", "apply", *NUMBERS)
    assert created.count("created ") == TOPICS
    assert "as declared\n" in await console.succeed("topics", "plan", *NUMBERS)
    assert "nothing to do" in await console.succeed("topics", "apply", *NUMBERS)
    found = await console.describe("channel-events", "workstreams")
    assert found["channel-events"].partitions == 2
    assert found["channel-events"].config["message.timestamp.type"] == "LogAppendTime"
    assert found["workstreams"].partitions == 1


async def test_a_default_counts_only_for_topics_yet_to_be_created(console: Console) -> None:
    await console.lay_out()
    said = await console.succeed("topics", "plan")
    assert "2 partitions (the default is 12)" in said
    assert "replication factor 1 (the default is 3)" in said
    await delete(console, "rejected-inputs")
    one_more = await console.omnistate("topics", "plan", "--replication-factor=1")
    assert one_more.status == 1
    assert "rejected-inputs: 2 partitions" in one_more.out, "as many as its tables have"
    await console.succeed("topics", "apply", "--replication-factor=1")
    assert (await console.describe("rejected-inputs"))["rejected-inputs"].partitions == 2


async def test_settings_are_altered_and_those_of_others_kept(console: Console) -> None:
    await console.lay_out()
    await alter(console, "channel-events", retention_ms="1000", segment_bytes="7000000")
    plan = await console.omnistate("topics", "plan")
    assert plan.status == 1
    assert "channel-events: retention.ms: 1000 → 604800000" in plan.out
    await console.succeed("topics", "apply")
    config = (await console.describe("channel-events"))["channel-events"].config
    assert config["retention.ms"] == "604800000"
    assert config["segment.bytes"] == "7000000"
    assert (await console.omnistate("topics", "plan")).status == 0


async def test_counts_that_tables_rest_on_never_change(console: Console) -> None:
    await console.lay_out()
    line = one_line(await console.omnistate("topics", "apply", "--partitions=4"))
    assert "2 partitions, 4 wanted" in line
    assert "fixed for life" in line
    counts = {state.partitions for state in (await console.describe("dead-letters")).values()}
    assert counts == {2}, "refused whole, also what could have grown"


async def test_a_topic_without_keys_of_a_table_may_grow(console: Console) -> None:
    await console.lay_out()
    await delete(console, "dead-letters")
    name = console.connection.physical("dead-letters")
    await administer(console, "create_topics", [NewTopic(name, 1, 1)])
    await until(console, "dead-letters", lambda state: state is not None and state.partitions == 1)
    said = await console.succeed("topics", "apply", *NUMBERS)
    assert "altered" in said
    assert (await console.describe("dead-letters"))["dead-letters"].partitions == 2


async def test_too_few_brokers_create_nothing(console: Console) -> None:
    line = one_line(await console.omnistate("topics", "apply", "--partitions=2"), 2)
    assert "--replication-factor 1" in line
    assert not await console.describe(*(topic.name for topic in load_topology().topics))


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_no_broker(command: str) -> None:
    line = one_line(await Console("127.0.0.1:1", "").omnistate("topics", command), 3)
    assert "127.0.0.1:1" in line


async def test_what_a_worker_needs(console: Console) -> None:
    physical = console.connection.physical
    problem = (await ready(console)).problem
    assert problem == f"topic {physical('channel-events')} is missing: run omnistate topics apply"

    await console.lay_out()
    readiness = await ready(console)
    assert readiness.problem is None
    assert readiness.partitions["channel-events"] == 2
    assert readiness.partitions["workstreams"] == 1
    assert (await ready(console, "representative")).problem is None
    assert (await ready(console, "projection")).problem is None

    await alter(console, "channel-events", retention_ms="1000")
    assert (await ready(console)).problem is None, "another retention is nobody's end"
    await alter(console, "agent-actions", message_timestamp_type="CreateTime")
    assert "agent-actions has message.timestamp.type=CreateTime" in str(
        (await ready(console)).problem
    )
    await console.succeed("topics", "apply")
    await alter(console, "conversation-counters-changelog", cleanup_policy="delete")
    assert "counters-changelog has cleanup.policy=delete" in str((await ready(console)).problem)
    await console.succeed("topics", "apply")

    more = {physical("agent-actions"): NewPartitions(3)}
    await administer(console, "create_partitions", more)
    await until(console, "agent-actions", lambda state: state is not None and state.partitions == 3)
    problem = str((await ready(console)).problem)
    assert "agent-actions has 3 partitions" in problem
    assert "those that must have as many have 2: some were added to it" in problem
    line = one_line(await console.omnistate("topics", "apply"))
    assert "agent-actions: 3 partitions, 2 wanted" in line
