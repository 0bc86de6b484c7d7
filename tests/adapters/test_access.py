"""Who may do what on the cluster: the least, as it was found by running with an authorizer."""

import json
from collections.abc import Iterable

import pytest
import yaml
from omnistate.adapters.kafka.admin.access import Permission, all_permissions, permissions_of
from omnistate.cli.access_lists import name_users, to_commands, to_json, to_strimzi
from omnistate.process.errors import Unusable
from omnistate.stream.topology import load_topology

from tests.harness.acls import read_commands

Granted = dict[tuple[str, str, str, str], set[str]]
TOPOLOGY = load_topology()
ACCESS = all_permissions(TOPOLOGY)
OUTPUTS = {topic.name for topic in TOPOLOGY.topics if topic.kind in {"output", "table"}}
ROUTED_BY = {
    "conversation-states",
    "representative-capacity",
    "rejected-inputs",
    "workstreams",
    "representatives",
    "capacity-profiles",
    "queues",
}
# By hand, not from topics.yaml: what an operator would grant.
READS = {
    "representative": {
        "representative-presence",
        "capacity-changes",
        "assignment-requests",
        "representatives",
        "capacity-profiles",
        "representative-totals-changelog",
        "representative-holdings-changelog",
        "representative-positions-changelog",
    },
    "figures": {
        "capacity-changes",
        "conversation-state-changes",
        "queues",
        "workstreams",
        "figures-conversations-changelog",
        "figures-windows-changelog",
    },
    "gateway": set(),
    "desktop": set(),
    "router": {*ROUTED_BY, "router-turn"},
    "other-router": ROUTED_BY,
}
WRITES = {
    "representative": {
        "representative-capacity",
        "agent-actions",
        "rejected-inputs",
        "dead-letters",
        "representative-totals-changelog",
        "representative-holdings-changelog",
        "representative-positions-changelog",
    },
    "figures": {"figures-conversations-changelog", "figures-windows-changelog"},
    "projection": set(),
    "lag": set(),
    "gateway": {"channel-events"},
    "desktop": {"agent-actions", "representative-presence"},
    "router": {"agent-actions", "assignment-requests"},
    "other-router": {"agent-actions", "assignment-requests"},
}


def topics_with(user: str, operation: str) -> set[str]:
    return {
        each.name
        for each in ACCESS[user]
        if each.resource_type == "topic" and operation in words(each)
    }


def words(permission: Permission) -> set[str]:
    return {operation.name for operation in permission.operations}


def test_everybody_is_there() -> None:
    workers = {group.name for group in TOPOLOGY.groups}
    assert set(ACCESS) == workers | {"lag", "gateway", "desktop", "other-router", "operator"}
    for own in ACCESS.values():
        places = [(each.resource_type, each.name, each.pattern) for each in own]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize("user", READS)
def test_what_each_may_read(user: str) -> None:
    assert topics_with(user, "Read") == READS[user]


@pytest.mark.parametrize("user", WRITES)
def test_what_each_may_write(user: str) -> None:
    assert topics_with(user, "Write") == WRITES[user]


def test_nobody_but_a_worker_and_the_operator_may_forge_an_output() -> None:
    writers = {user for user in ACCESS if topics_with(user, "Write") & OUTPUTS}
    assert writers == {
        *(group.name for group in TOPOLOGY.groups if OUTPUTS & set(group.produces)),
        "operator",
    }
    for user in set(ACCESS) - {"operator"}:
        assert not topics_with(user, "Create") | topics_with(user, "Delete")
        assert not topics_with(user, "AlterConfigs")


def test_groups_and_transactional_ids() -> None:
    own = {
        (each.resource_type, each.name, each.pattern): words(each)
        for each in ACCESS["conversation"]
        if each.resource_type != "topic"
    }
    assert own == {
        ("group", "conversation", "literal"): {"Describe", "Read"},
        ("transactional_id", "conversation-", "prefixed"): {"Describe", "Write"},
    }
    for user in ("figures", "projection", "lag", "gateway", "desktop", "router", "other-router"):
        assert not [each for each in ACCESS[user] if each.resource_type == "transactional_id"]
    asked = {each.name: words(each) for each in ACCESS["lag"] if each.resource_type == "group"}
    assert asked == {group.name: {"Describe"} for group in TOPOLOGY.groups}


def test_a_worker_is_asked_for_no_more_at_its_start_than_it_is_granted() -> None:
    for group in TOPOLOGY.groups:
        granted = {each[:3]: words(each) for each in ACCESS[group.name]}
        for each in permissions_of(group):
            assert words(each) <= granted[each[:3]]


def test_all_three_forms_say_the_same() -> None:
    access = name_users(ACCESS, "centre-{name}")
    listed = {
        (each["principal"], each["resource_type"], each["name"], each["pattern"]): set(
            each["operations"]
        )
        for each in json.loads(to_json(access))
    }
    assert listed == granted_by_commands(to_commands(access, "kafka.example:9093"))
    assert listed == granted_by_users(to_strimzi(access, "my-cluster"))
    assert ("User:centre-gateway", "topic", "channel-events", "literal") in listed


def granted_by_commands(lines: Iterable[str]) -> Granted:
    text = "\n".join(lines)
    assert text.count("kafka-acls --bootstrap-server kafka.example:9093 ") == text.count("--add ")
    found: Granted = {}
    for each in read_commands(text):
        place = f"User:{each.user}", each.kind.replace("-", "_"), each.name, each.pattern
        found.setdefault(place, set()).add(each.operation)
    return found


def granted_by_users(text: str) -> Granted:
    kinds = {"topic": "topic", "group": "group", "transactionalId": "transactional_id"}
    patterns = {"literal": "literal", "prefix": "prefixed"}
    found: Granted = {}
    for user in yaml.safe_load_all(text):
        assert user["kind"] == "KafkaUser"
        assert user["metadata"]["labels"] == {"strimzi.io/cluster": "my-cluster"}
        for rule in user["spec"]["authorization"]["acls"]:
            resource = rule["resource"]
            place = kinds[resource["type"]], resource["name"], patterns[resource["patternType"]]
            found[f"User:{user['metadata']['name']}", *place] = set(rule["operations"])
    return found


def test_users_that_cannot_be() -> None:
    with pytest.raises(Unusable, match="is needed in it"):
        name_users(ACCESS, "everybody")
    with pytest.raises(Unusable, match="cannot be the name of a KafkaUser"):
        to_strimzi(name_users(ACCESS, "CN={name}"), "kafka")


def test_the_operator_looks_at_all_but_what_is_counted_again() -> None:
    everything = {topic.name for topic in TOPOLOGY.topics}
    figures = set(TOPOLOGY.group("figures").tables.values())
    assert topics_with("operator", "Read") == everything - figures
    assert topics_with("operator", "Create") == everything
    # A changelog that a command wrote into would be no table any more.
    changelogs = {topic.name for topic in TOPOLOGY.topics if topic.kind == "changelog"}
    positions = {name for name in changelogs if name.endswith("-positions-changelog")}
    assert topics_with("operator", "Write") & changelogs == positions
    assert not topics_with("operator", "Delete") & (changelogs | OUTPUTS) - {"capacity-changes"}
