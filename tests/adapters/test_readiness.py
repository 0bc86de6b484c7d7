"""What is wrong with topics for whoever needs them, in one line."""

from collections.abc import Mapping

import pytest
from omnistate.adapters.kafka.admin.differences import TopicState
from omnistate.adapters.kafka.admin.readiness import judge
from omnistate.stream.topology import load_topology
from omnistate.stream.topology_parts import Group

from tests.adapters.test_differences import as_declared

TOPOLOGY = load_topology()


def problem_of(found: dict[str, TopicState], group: str = "conversation") -> str | None:
    names = TOPOLOGY.group(group).topics
    return judge(TOPOLOGY, names, found, lambda name: f"blue.{name}").problem


def changed(
    name: str, partitions: int = 12, settings: Mapping[str, str] | None = None
) -> dict[str, TopicState]:
    found = as_declared()
    found[name] = TopicState(partitions, 3, {**found[name].config, **(settings or {})})
    return found


@pytest.mark.parametrize("group", [group.name for group in TOPOLOGY.groups])
def test_topics_as_declared_are_ready(group: str) -> None:
    assert problem_of(as_declared(), group) is None


@pytest.mark.parametrize("group", TOPOLOGY.groups, ids=lambda group: group.name)
def test_every_topic_of_a_worker_is_missed(group: Group) -> None:
    name = group.name
    for topic in TOPOLOGY.group(name).topics:
        found = as_declared()
        del found[topic]
        assert (
            problem_of(found, name) == f"topic blue.{topic} is missing: run omnistate topics apply"
        )


def test_topics_of_others_are_not_looked_at() -> None:
    found = as_declared()
    del found["representative-totals-changelog"]
    assert problem_of(found) is None
    assert problem_of(found, "representative") is not None


def test_any_count_does_that_all_co_partitioned_topics_share() -> None:
    found = {name: state._replace(partitions=5) for name, state in as_declared().items()}
    readiness = judge(TOPOLOGY, TOPOLOGY.group("conversation").topics, found, str)
    assert readiness.problem is None
    assert readiness.partitions["agent-actions"] == 5


OTHER_NUMBER = (
    "another number needs a new OMNISTATE_TOPIC_PREFIX (see the how-to page Size partitions)"
)


@pytest.mark.parametrize(
    "name", ["channel-events", "rejected-inputs", "conversation-positions-changelog"]
)
def test_counts_that_differ(name: str) -> None:
    """Of whatever topic, be it the first: the tables say which count is right."""
    assert problem_of(changed(name, 13)) == (
        f"topic blue.{name} has 13 partitions, those that must have as many have 12: "
        f"some were added to it, which cannot be taken back; {OTHER_NUMBER}"
    )
    assert problem_of(changed(name, 6)) == (
        f"topic blue.{name} has 6 partitions, those that must have as many have 12: it was made "
        f"with too few; if nothing is lost with it, delete it and run omnistate topics apply; "
        f"{OTHER_NUMBER}"
    )


def test_it_is_told_whether_topics_are_only_missing() -> None:
    names = TOPOLOGY.group("conversation").topics
    found = as_declared()
    assert not judge(TOPOLOGY, names, found, str).only_missing
    for gone in ("channel-events", "conversation-counters-changelog", "queues"):
        del found[gone]
        assert judge(TOPOLOGY, names, found, str).only_missing
    assert judge(TOPOLOGY, names, {}, str).only_missing
    found["agent-actions"] = found["agent-actions"]._replace(partitions=13)
    readiness = judge(TOPOLOGY, names, found, str)
    assert not readiness.only_missing
    assert "agent-actions has 13 partitions" in str(readiness.problem)


def test_topics_that_share_nothing_may_differ() -> None:
    assert problem_of(changed("capacity-changes", 6)) is None
    assert problem_of(changed("dead-letters", 6)) is None
    assert problem_of(changed("capacity-changes", 6), "representative") is not None


@pytest.mark.parametrize(
    ("name", "settings", "wrong"),
    [
        ("channel-events", {"message.timestamp.type": "CreateTime"}, True),
        ("conversation-positions-changelog", {"message.timestamp.type": "CreateTime"}, True),
        ("conversation-counters-changelog", {"cleanup.policy": "delete"}, True),
        ("workstreams", {"cleanup.policy": "delete"}, True),
        ("conversation-state-changes", {"cleanup.policy": "compact"}, False),
        ("channel-events", {"retention.ms": "1"}, False),
        ("conversation-states", {"cleanup.policy": "delete"}, True),
        ("conversation-state-changes", {"min.insync.replicas": "1"}, True),
        ("conversation-state-changes", {"min.insync.replicas": "3"}, False),
        ("capacity-changes", {"max.message.bytes": "1048587"}, True),
        ("capacity-changes", {"max.message.bytes": "99999999"}, False),
        ("dead-letters", {"max.message.bytes": "1048588"}, True),
    ],
)
def test_settings_that_correctness_rests_on(
    name: str, settings: dict[str, str], wrong: bool
) -> None:
    assert (problem_of(changed(name, settings=settings)) is not None) is wrong


def test_one_replica_is_enough_where_there_is_one() -> None:
    found = {
        name: TopicState(state.partitions, 1, {**state.config, "min.insync.replicas": "1"})
        for name, state in as_declared().items()
    }
    assert problem_of(found) is None
    found["agent-actions"] = found["agent-actions"]._replace(replication_factor=2)
    assert problem_of(found) == (
        "topic blue.agent-actions has min.insync.replicas=1, 2 is needed: "
        "run omnistate topics apply"
    )
