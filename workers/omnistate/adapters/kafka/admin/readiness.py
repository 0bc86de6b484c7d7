"""Whether the topics are there that somebody needs, as they need them; pure.

Only what correctness depends on: a worker runs with another retention, but not with a changelog
that forgets. Partition counts are the cluster's, not topics.yaml's: the topics must agree.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from omnistate.adapters.kafka.admin.differences import TopicState, settings_for
from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Kind, Topic
from omnistate.stream.topology_rules import MESSAGE_BYTES, MIN_INSYNC

_COMMAND: Final = "run omnistate topics apply"
_VITAL: Final = ("cleanup.policy", "message.timestamp.type")
_LEAST: Final = (MIN_INSYNC, MESSAGE_BYTES)
_CHECKED: Final[frozenset[Kind]] = frozenset({"input", "changelog", "table", "configuration"})


class Readiness(NamedTuple):
    """The first thing that is wrong, in a line, and the partition count of each topic there is."""

    problem: str | None
    partitions: Mapping[str, int]


def judge(
    topology: Topology,
    names: Iterable[str],
    found: Mapping[str, TopicState],
    physical: Callable[[str], str],
) -> Readiness:
    """Whether the topics of these names can be used together.

    `physical` gives the name that a topic has on the cluster.
    """
    topics = [topology.topic(name) for name in names]
    counts = {topic.name: found[topic.name].partitions for topic in topics if topic.name in found}
    return Readiness(_first_problem(topics, found, physical), counts)


def _first_problem(
    topics: Iterable[Topic], found: Mapping[str, TopicState], physical: Callable[[str], str]
) -> str | None:
    first_of: dict[str, Topic] = {}
    for topic in topics:
        name, state = physical(topic.name), found.get(topic.name)
        if state is None:
            return f"topic {name} is missing: {_COMMAND}"
        for key in _VITAL if topic.kind in _CHECKED else ():
            wanted, is_ = topic.config.get(key), state.config.get(key)
            if wanted not in {None, is_}:
                return f"topic {name} has {key}={is_}, {wanted} is needed: {_COMMAND}"
        for key in _LEAST:
            # More than declared is somebody's choice.
            wanted = settings_for(topic, state.replication_factor).get(key, "0")
            is_ = state.config.get(key)
            if int(is_ or 0) < int(wanted):
                return f"topic {name} has {key}={is_}, {wanted} is needed: {_COMMAND}"
        if topic.co_partitioned_with is not None:
            other = first_of.setdefault(topic.co_partitioned_with, topic)
            count = found[other.name].partitions
            if count != state.partitions:
                return (
                    f"topic {name} has {state.partitions} partitions, {physical(other.name)} "
                    f"{count}, but they must agree: {_COMMAND}"
                )
    return None
