"""Each rule of the declaration of the topics refuses what breaks it, in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from omnistate.stream.topology import TopologyError, load_topology

from tests.stream.declaration import Declaration, group, packaged, topic

# Where that topic stands in the declaration.
QUEUES = packaged()["topics"].index(topic(packaged(), "queues"))


def uneven(d: Declaration) -> None:
    topic(d, "agent-actions")["partitions"] = 6


def without_dead_letter(d: Declaration) -> None:
    del topic(d, "agent-actions")["dead_letter"]


def dead_letter_that_is_none(d: Declaration) -> None:
    topic(d, "agent-actions")["dead_letter"] = "queues"


def dead_letter_not_produced(d: Declaration) -> None:
    group(d, "representative")["produces"].remove("dead-letters")


def changelog_that_forgets(d: Declaration) -> None:
    topic(d, "conversation-positions-changelog")["config"]["cleanup.policy"] = "delete"


def configuration_that_forgets(d: Declaration) -> None:
    topic(d, "workstreams")["config"]["cleanup.policy"] = "delete"


def compacted_input(d: Declaration) -> None:
    topic(d, "channel-events")["config"]["cleanup.policy"] = "compact"


def producers_clock(d: Declaration) -> None:
    del topic(d, "channel-events")["config"]["message.timestamp.type"]


def topic_twice(d: Declaration) -> None:
    d["topics"].append(topic(d, "queues"))


def group_twice(d: Declaration) -> None:
    d["groups"].append(group(d, "projection"))


def message_twice(d: Declaration) -> None:
    topic(d, "agent-actions")["messages"].append("customer.ended")


def table_of_another_key(d: Declaration) -> None:
    topic(d, "conversation-states")["key"] = "queue_id"


def no_number(d: Declaration) -> None:
    topic(d, "conversation-states")["config"] = {
        "cleanup.policy": "compact",
        "min.insync.replicas": "most",
    }


def undeclared_input(d: Declaration) -> None:
    group(d, "projection")["consumes"].append("elsewhere")


def followed_stream(d: Declaration) -> None:
    group(d, "representative")["follows"].append("channel-events")


def misnamed_changelog(d: Declaration) -> None:
    tables = group(d, "representative")["tables"]
    tables["sums"] = tables.pop("totals")


def changelog_elsewhere(d: Declaration) -> None:
    topic(d, "representative-totals-changelog")["co_partitioned_with"] = "conversation"


def orphaned_changelog(d: Declaration) -> None:
    del group(d, "representative")["tables"]["totals"]


def no_partitions(d: Declaration) -> None:
    topic(d, "queues")["partitions"] = 0


def unknown_member(d: Declaration) -> None:
    topic(d, "queues")["owner"] = "nobody"


def unknown_default(d: Declaration) -> None:
    d["defaults"]["retention"] = 1


@pytest.mark.parametrize(
    ("breakage", "message"),
    [
        (uneven, "co-partitioned, but have 12 and 6 partitions"),
        (without_dead_letter, "topic agent-actions is consumed, but names no dead_letter"),
        (dead_letter_that_is_none, "topic agent-actions: dead_letter queues is no dead-letter"),
        (
            dead_letter_not_produced,
            "reads representative-presence, but does not produce",
        ),
        (
            changelog_that_forgets,
            "conversation-positions-changelog: changelog needs cleanup.policy: c",
        ),
        (configuration_that_forgets, "workstreams: configuration needs cleanup.policy: compact"),
        (compacted_input, "topic channel-events: input needs cleanup.policy: delete"),
        (producers_clock, "channel-events: input needs message.timestamp.type: LogAppendTime"),
        (topic_twice, "topic queues is declared 2 times"),
        (group_twice, "group projection is declared 2 times"),
        (message_twice, "message customer.ended is declared 2 times"),
        (table_of_another_key, "message conversation.state_changed is declared 2 times"),
        (no_number, "topic conversation-states: min.insync.replicas is a number"),
        (undeclared_input, "group projection: topic elsewhere is not declared"),
        (followed_stream, "follows channel-events, which is no configuration topic"),
        (misnamed_changelog, "table sums needs representative-sums-changelog"),
        (
            changelog_elsewhere,
            "representative-presence and representative-totals-changelog must be",
        ),
        (orphaned_changelog, "representative-totals-changelog belongs to no group's table"),
        (no_partitions, f"topics.{QUEUES}.partitions: Input should be greater than 0"),
        (unknown_member, f"topics.{QUEUES}.owner: Extra inputs are not permitted"),
        (unknown_default, "defaults: there are those of partitions, replication_factor, config"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_rule_refuses_what_breaks_it(
    tmp_path: Path,
    breakage: Callable[[Declaration], None],
    message: str,
) -> None:
    declaration = packaged()
    breakage(declaration)
    path = tmp_path / "topics.yaml"
    path.write_text(yaml.safe_dump(declaration), encoding="utf-8")
    with pytest.raises(TopologyError) as refusal:
        load_topology(path)
    assert message in str(refusal.value)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)
