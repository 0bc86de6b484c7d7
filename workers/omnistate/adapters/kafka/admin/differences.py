"""What differs between the topics as declared and as they are; pure, names without the prefix.

A partition count or replication factor counts as declared where topics.yaml (or an option) names it
for the topic. A mere default counts for topics that are yet to be created: partition counts are
fixed for life, so an installation that was laid out with another count is as it should be, as long
as its co-partitioned topics agree. Which count that is, its tables say.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Kind, Topic
from omnistate.stream.topology_rules import MIN_INSYNC

# What to do where the number of partitions cannot stay as it is.
OTHER_NUMBER: Final = (
    "another number needs a new OMNISTATE_TOPIC_PREFIX (see the how-to page Size partitions)"
)
TABLES: Final[frozenset[Kind]] = frozenset({"table", "changelog"})


class TopicState(NamedTuple):
    """A topic as it is; `config` holds every setting that is in force, as Kafka writes it."""

    partitions: int
    replication_factor: int
    config: Mapping[str, str | None]


class Declaration(NamedTuple):
    """The topics as they should be, and for which of them the numbers are more than defaults."""

    topology: Topology
    counted: frozenset[str]
    replicated: frozenset[str]


class MissingTopic(NamedTuple):
    """A topic is not there; it would be created like this."""

    topic: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


class WrongPartitions(NamedTuple):
    """A topic has another partition count; `obstacle` says why it stays so, None = it may grow."""

    topic: str
    wanted: int
    found: int
    obstacle: str | None


class WrongReplication(NamedTuple):
    """A topic has another replication factor, which only a reassignment of replicas changes."""

    topic: str
    wanted: int
    found: int


class WrongSetting(NamedTuple):
    """A topic has another setting; `found` None = the broker does not know the key."""

    topic: str
    key: str
    wanted: str
    found: str | None


Difference = MissingTopic | WrongPartitions | WrongReplication | WrongSetting


def compare(declaration: Declaration, found: Mapping[str, TopicState]) -> Iterator[Difference]:
    """Everything that differs, topic by topic as declared."""
    topology = declaration.topology
    for topic in topology.topics:
        state = found.get(topic.name)
        wanted = wanted_partitions(declaration, topic, found)
        if state is None:
            factor = topic.replication_factor
            yield MissingTopic(topic.name, wanted, factor, settings_for(topic, factor))
            continue
        if state.partitions != wanted:
            obstacle = _obstacle(topology, topic, wanted, state.partitions)
            yield WrongPartitions(topic.name, wanted, state.partitions, obstacle)
        factor = state.replication_factor
        if topic.name in declaration.replicated and factor != topic.replication_factor:
            yield WrongReplication(topic.name, topic.replication_factor, factor)
        for key, text in settings_for(topic, factor).items():
            if state.config.get(key) != text:
                yield WrongSetting(topic.name, key, text, state.config.get(key))


def settings_for(topic: Topic, replication_factor: int) -> Mapping[str, str]:
    """The topic's settings where so many replicas are kept: no more can be asked to be in sync."""
    wanted = topic.config.get(MIN_INSYNC)
    if wanted is None or int(wanted) <= replication_factor:
        return topic.config
    return {**topic.config, MIN_INSYNC: str(replication_factor)}


def wanted_partitions(
    declaration: Declaration, topic: Topic, found: Mapping[str, TopicState]
) -> int:
    """How many partitions the topic should have, given what is there already."""
    if topic.name in declaration.counted or topic.kind == "turn":
        return topic.partitions
    shared = topic.co_partitioned_with
    if shared is None:
        state = found.get(topic.name)
        return topic.partitions if state is None else state.partitions
    counts = {
        found[other.name].partitions
        for other in declaration.topology.topics_of(shared)
        if other.kind in TABLES and other.name in found
    }
    return counts.pop() if len(counts) == 1 else topic.partitions


def describe_defaults(declaration: Declaration, found: Mapping[str, TopicState]) -> Iterator[str]:
    """Lines about defaults that topics were not created with, though nothing is wrong with that."""
    counts: dict[tuple[int, int], list[str]] = {}
    factors: dict[tuple[int, int], list[str]] = {}
    for topic in declaration.topology.topics:
        state = found.get(topic.name)
        if state is None:
            continue
        wanted = wanted_partitions(declaration, topic, found)
        if state.partitions == wanted != topic.partitions:
            counts.setdefault((state.partitions, topic.partitions), []).append(topic.name)
        pair = (state.replication_factor, topic.replication_factor)
        if topic.name not in declaration.replicated and pair[0] != pair[1]:
            factors.setdefault(pair, []).append(topic.name)
    for (is_, default), names in counts.items():
        yield f"{_topics(names)} {is_} partitions (the default is {default})"
    for (is_, default), names in factors.items():
        yield f"{_topics(names)} replication factor {is_} (the default is {default})"


def _topics(names: list[str]) -> str:
    return f"{names[0]} has" if len(names) == 1 else f"{len(names)} topics have"


def _obstacle(topology: Topology, topic: Topic, wanted: int, found: int) -> str | None:
    """Why the partition count cannot become `wanted`; None where it can."""
    shared = topic.co_partitioned_with
    tables = {name for group in topology.groups for name in group.tables.values()}
    if shared and any(
        other.kind in TABLES or other.name in tables for other in topology.topics_of(shared)
    ):
        return f"fixed for life, since tables are co-partitioned with it; {OTHER_NUMBER}"
    if wanted < found:
        return "Kafka cannot shrink a topic"
    if "compact" in topic.config.get("cleanup.policy", ""):
        return "more partitions would part its keys from their former values"
    return None
