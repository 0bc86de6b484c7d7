"""What counts as a difference between the declared topics and a cluster's, and what may change."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from omnistate.adapters.kafka.admin.differences import (
    Declaration,
    MissingTopic,
    TopicState,
    WrongPartitions,
    WrongReplication,
    WrongSetting,
    compare,
    describe_defaults,
    settings_for,
)
from omnistate.adapters.kafka.admin.topic_layout import is_obstacle, load_declaration
from omnistate.stream.topology import load_topology, packaged_path

Found = dict[str, TopicState]
DEFAULTS = load_declaration(None)
COUNT = len(DEFAULTS.topology.topics)


def as_declared(declaration: Declaration = DEFAULTS) -> Found:
    return {
        topic.name: TopicState(
            topic.partitions,
            topic.replication_factor,
            settings_for(topic, topic.replication_factor),
        )
        for topic in declaration.topology.topics
    }


def altered(found: Found, *names: str, partitions: int = 0, factor: int = 0) -> Found:
    for name in names:
        state = found[name]
        found[name] = TopicState(
            partitions or state.partitions, factor or state.replication_factor, state.config
        )
    return found


def test_nothing_differs_where_all_is_as_declared() -> None:
    assert list(compare(DEFAULTS, as_declared())) == []
    assert list(describe_defaults(DEFAULTS, as_declared())) == []


def test_everything_is_missing_from_an_empty_cluster() -> None:
    differences = list(compare(DEFAULTS, {}))
    assert len(differences) == COUNT
    first = differences[0]
    assert isinstance(first, MissingTopic)
    assert first[:3] == ("channel-events", 12, 3)
    assert first.config["message.timestamp.type"] == "LogAppendTime"


def test_options_replace_defaults_alone() -> None:
    counts = {topic.name: topic.partitions for topic in load_declaration(None, 4).topology.topics}
    assert counts["channel-events"] == counts["dead-letters"] == 4
    assert counts["workstreams"] == 1, "that is its own"
    factors = {topic.replication_factor for topic in load_declaration(None, 4, 1).topology.topics}
    assert factors == {1}


def test_an_installation_keeps_the_count_that_it_was_laid_out_with() -> None:
    four = as_declared(load_declaration(None, 4, 1))
    assert list(compare(DEFAULTS, four)) == []
    assert list(describe_defaults(DEFAULTS, four)) == [
        f"{COUNT - len(DEFAULTS.counted)} topics have 4 partitions (the default is 12)",
        f"{COUNT} topics have replication factor 1 (the default is 3)",
    ]
    assert list(compare(load_declaration(None, 4, 1), four)) == []
    eight = {type(each) for each in compare(load_declaration(None, 8, 3), four)}
    assert eight == {WrongPartitions, WrongReplication}, "what is asked for is compared"


def test_a_missing_topic_gets_as_many_partitions_as_its_tables_have() -> None:
    found = as_declared(load_declaration(None, 4, 1))
    del found["agent-actions"], found["conversation-counters-changelog"], found["capacity-changes"]
    assert [each[:2] for each in compare(DEFAULTS, found)] == [
        ("agent-actions", 4),
        ("capacity-changes", 4),
        ("conversation-counters-changelog", 4),
    ]


def test_an_input_that_came_before_the_tables_says_nothing() -> None:
    # A gateway was early, and its broker creates whatever is asked for.
    declared = DEFAULTS.topology.topic("channel-events")
    found = {"channel-events": TopicState(1, 1, settings_for(declared, 1))}
    first, second, *_ = compare(DEFAULTS, found)
    assert isinstance(first, WrongPartitions)
    assert (first.wanted, first.found) == (12, 1)
    assert "fixed for life" in str(first.obstacle)
    assert second[:2] == ("agent-actions", 12)


@pytest.mark.parametrize(("factor", "needed"), [(1, "1"), (2, "2"), (3, "2")])
def test_what_is_acknowledged_is_on_two_brokers_where_there_are_as_many(
    factor: int, needed: str
) -> None:
    declaration = load_declaration(None, replication_factor=factor)
    created = [each for each in compare(declaration, {}) if isinstance(each, MissingTopic)]
    assert len(created) == COUNT
    assert {each.config["min.insync.replicas"] for each in created} == {needed}
    there = {name: state._replace(config={}) for name, state in as_declared(declaration).items()}
    missed = [each for each in compare(DEFAULTS, there) if "min.insync.replicas" in each]
    assert len(missed) == COUNT
    assert {each[2:] for each in missed} == {(needed, None)}


def test_tables_that_disagree_decide_nothing() -> None:
    found = altered(as_declared(), "conversation-settings-changelog", partitions=6)
    (difference,) = compare(DEFAULTS, found)
    assert difference[:3] == ("conversation-settings-changelog", 12, 6)


@pytest.mark.parametrize(
    ("topic", "found", "obstacle"),
    [
        ("channel-events", 6, "fixed for life"),
        ("channel-events", 24, "fixed for life"),
        ("representative-capacity", 6, "fixed for life"),
        ("dead-letters", 24, "cannot shrink"),
        ("workstreams", 3, "cannot shrink"),
        ("dead-letters", 6, None),
    ],
)
def test_which_counts_may_change(topic: str, found: int, obstacle: str | None) -> None:
    twelve = load_declaration(None, 12)
    state = altered(as_declared(), topic, partitions=found)
    difference = next(each for each in compare(twelve, state) if each.topic == topic)
    assert isinstance(difference, WrongPartitions)
    assert is_obstacle(difference) is (obstacle is not None)
    assert obstacle is None or obstacle in str(difference.obstacle)


def test_keys_of_a_compacted_topic_stay_where_they_are(tmp_path: Path) -> None:
    text = packaged_path().read_text()
    path = tmp_path / "topics.yaml"
    queues = "kind: configuration\n    partitions: "
    path.write_text(text.replace(f"{queues}1\n", f"{queues}2\n"))
    (first, *_) = compare(load_declaration(path), as_declared())
    assert isinstance(first, WrongPartitions)
    assert "part its keys" in str(first.obstacle)


@pytest.mark.parametrize(
    ("config", "found"),
    [({"retention.ms": "1"}, "1"), ({"retention.ms": None}, None)],
)
def test_settings_are_compared_as_kafka_writes_them(
    config: Mapping[str, str | None], found: str | None
) -> None:
    state = as_declared()
    inputs = state["channel-events"]
    state["channel-events"] = inputs._replace(config={**inputs.config, **config, "x": "y"})
    (difference,) = compare(DEFAULTS, state)
    assert difference == WrongSetting("channel-events", "retention.ms", "604800000", found)


def test_a_declaration_without_defaults_takes_options_too(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    text = packaged_path().read_text()
    path.write_text(text.replace("partitions: 12 ", "partitions: 3 "))
    assert load_declaration(path).topology.topic("channel-events").partitions == 3
    assert load_declaration(path, 5).topology.topic("channel-events").partitions == 5
    assert load_topology(path).topic("channel-events").partitions == 3
