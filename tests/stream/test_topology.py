"""The declaration of the topics: the packaged one holds, and what is none is said in a line."""

from pathlib import Path

import pytest
from omnistate.stream.topology import Topology, TopologyError, load_topology

from tests.stream.declaration import group, packaged, topic


def test_the_packaged_declaration_names_every_topic_of_the_contract() -> None:
    topology = load_topology()
    assert {t.name for t in topology.topics if t.kind != "changelog"} == {
        "channel-events",
        "agent-actions",
        "conversation-state-changes",
        "conversation-states",
        "capacity-changes",
        "recorded-inputs",
        "rejected-inputs",
        "dead-letters",
        "workstreams",
        "representatives",
        "capacity-profiles",
        "queues",
        "representative-capacity",
        "representative-presence",
        "assignment-requests",
        "router-turn",
    }
    assert {t.name for t in topology.topics_of("conversation")} == {
        "channel-events",
        "agent-actions",
        "conversation-state-changes",
        "conversation-states",
        "recorded-inputs",
        "rejected-inputs",
        "conversation-conversations-changelog",
        "conversation-counters-changelog",
        "conversation-settings-changelog",
        "conversation-positions-changelog",
        "figures-conversations-changelog",
        "figures-windows-changelog",
    }


def test_topics_have_the_defaults_where_they_say_nothing() -> None:
    declaration, topology = packaged(), load_topology()
    assert topology.topic("channel-events").partitions == declaration["defaults"]["partitions"]
    assert topology.topic("queues").partitions == 1


def test_channel_events_come_first_on_equal_timestamps() -> None:
    assert load_topology().group("conversation").consumes == ("channel-events", "agent-actions")


def test_only_a_group_that_may_lose_something_needs_no_dead_letters() -> None:
    declaration = packaged()
    assert load_topology().group("figures").produces == ()
    group(declaration, "figures")["delivery"] = "exactly-once"
    with pytest.raises(ValueError, match="but does not produce dead-letters"):
        Topology.model_validate(declaration)


def test_settings_are_text_as_kafka_keeps_them() -> None:
    assert load_topology().topic("channel-events").config["retention.ms"] == "604800000"


def test_settings_of_all_topics_stand_beside_a_topics_own() -> None:
    declaration = packaged()
    configs = {each.name: each.config for each in load_topology().topics}
    assert {config["min.insync.replicas"] for config in configs.values()} == {"2"}
    topic(declaration, "queues")["config"]["min.insync.replicas"] = 1
    queues = Topology.model_validate(declaration).topic("queues")
    own = {"cleanup.policy": "compact", "min.insync.replicas": "1"}
    assert {**queues.config, **own} == queues.config


def test_an_unknown_name_is_said() -> None:
    with pytest.raises(TopologyError, match="not declared"):
        load_topology().topic("nowhere")
    with pytest.raises(TopologyError, match="not declared"):
        load_topology().group("nobody")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("topics: [", "not YAML"),
        ("- a list", "a mapping is needed"),
        ("defaults: 7\ntopics: []", "defaults: there are those of"),
        ("", "a mapping is needed"),
    ],
)
def test_text_that_is_no_declaration_is_one_clear_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TopologyError, match=message) as refusal:
        load_topology(path)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(TopologyError, match=r"nowhere\.yaml: cannot be read"):
        load_topology(tmp_path / "nowhere.yaml")
