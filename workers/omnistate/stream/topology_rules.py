"""What makes a declaration of topics unusable: every rule yields a sentence for what breaks it.

Rules between topics and groups only; the form of each of them is the models' business.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Final

from omnistate.stream.topology_parts import Declaration, Group, Kind, Topic

POLICIES: Final[dict[Kind, str]] = {
    "input": "delete",
    "output": "delete",
    "dead-letter": "delete",
    "configuration": "compact",
    "table": "compact",
    "changelog": "compact",
    "turn": "delete",
}
# What may be read whole: the last value of each key counts, or nobody minds what was before.
_FOLLOWED: Final[tuple[Kind, ...]] = ("configuration", "table", "output")
# So many replicas must have what is acknowledged.
MIN_INSYNC: Final = "min.insync.replicas"
# The largest batch that the topic takes, compressed or not.
MESSAGE_BYTES: Final = "max.message.bytes"


def find_problems(topology: Declaration) -> Iterator[str]:
    """Everything that is wrong, a sentence each."""
    return chain(
        _unclear_names(topology),
        _wrong_topics(topology),
        _wrong_groups(topology),
        _wrong_clients(topology),
    )


def _unclear_names(topology: Declaration) -> Iterator[str]:
    named = {
        "topic": [topic.name for topic in topology.topics],
        # Each is somebody to the cluster.
        "group": [
            *(group.name for group in topology.groups),
            *(client.name for client in topology.clients),
        ],
        "message": [
            message
            for topic in topology.topics
            for message in topic.messages
            if not _repeats(topology, topic, message)
        ],
    }
    for what, names in named.items():
        yield from (
            f"{what} {name} is declared {n} times" for name, n in Counter(names).items() if n > 1
        )


def _repeats(topology: Declaration, topic: Topic, message: str) -> bool:
    """Whether a table keeps the last message of each key of an output."""
    return topic.kind == "table" and any(
        other.kind == "output" and other.key == topic.key and message in other.messages
        for other in topology.topics
    )


def _wrong_topics(topology: Declaration) -> Iterator[str]:
    for topic in topology.topics:
        policy = POLICIES[topic.kind]
        if topic.config.get("cleanup.policy") != policy:
            yield f"topic {topic.name}: {topic.kind} needs cleanup.policy: {policy}"
        if topic.kind == "input" and topic.config.get("message.timestamp.type") != "LogAppendTime":
            yield f"topic {topic.name}: input needs message.timestamp.type: LogAppendTime"
        for key in (MIN_INSYNC, MESSAGE_BYTES):
            if not topic.config.get(key, "1").isdecimal():
                yield f"topic {topic.name}: {key} is a number"
        if topic.kind == "turn" and (topic.partitions != 1 or topic.messages):
            yield f"topic {topic.name}: a turn is one partition without messages"
        if topic.dead_letter and topic.dead_letter not in _names(topology, "dead-letter"):
            yield f"topic {topic.name}: dead_letter {topic.dead_letter} is no dead-letter topic"
        for other in topology.topics_of(topic.co_partitioned_with or ""):
            if other.partitions != topic.partitions:
                yield (
                    f"topics {topic.name} and {other.name} are co-partitioned, "
                    f"but have {topic.partitions} and {other.partitions} partitions"
                )


def _wrong_groups(topology: Declaration) -> Iterator[str]:
    owners = Counter(name for group in topology.groups for name in group.tables.values())
    yield from (f"changelog {name} has {n} owners" for name, n in owners.items() if n > 1)
    unowned = _names(topology, "changelog") - set(owners)
    yield from (f"changelog {name} belongs to no group's table" for name in sorted(unowned))
    for group in topology.groups:
        undeclared = [name for name in group.topics if name not in _names(topology)]
        if undeclared:
            yield f"group {group.name}: topic {undeclared[0]} is not declared"
            return
        yield from _wrong_reading(topology, group)
        yield from _wrong_tables(topology, group)


def _wrong_reading(topology: Declaration, group: Group) -> Iterator[str]:
    for name in (*group.consumes, *group.follows):
        topic = topology.topic(name)
        dead_letter = topic.dead_letter
        # What is followed beside the configuration, and cannot be used, is only counted.
        if topic.kind == "turn" or (name in group.follows and topic.kind in ("table", "output")):
            continue
        if dead_letter is None:
            yield f"group {group.name}: topic {name} is consumed, but names no dead_letter"
        # Who loses a little anyway, or keeps no tables and is rebuilt at will, leaves it out.
        elif (
            dead_letter not in group.produces and group.delivery == "exactly-once" and group.tables
        ):
            yield f"group {group.name}: reads {name}, but does not produce {dead_letter}"
    for name in set(group.follows) - _names(topology, *_FOLLOWED):
        yield (
            f"group {group.name}: follows {name}, which is no configuration topic, table or output"
        )


def _wrong_tables(topology: Declaration, group: Group) -> Iterator[str]:
    for table, name in group.tables.items():
        if name != f"{group.name}-{table}-changelog":
            yield f"group {group.name}: table {table} needs {group.name}-{table}-changelog"
        if name not in _names(topology, "changelog"):
            yield f"group {group.name}: {name} is no changelog topic"
        for consumed in group.consumes:
            shared = topology.topic(consumed).co_partitioned_with
            if shared is None or shared != topology.topic(name).co_partitioned_with:
                yield f"group {group.name}: {consumed} and {name} must be co-partitioned"


def _wrong_clients(topology: Declaration) -> Iterator[str]:
    for client in topology.clients:
        undeclared = set(client.reads + client.writes) - _names(topology)
        yield from (f"client {client.name}: topic {name} is not declared" for name in undeclared)


def _names(topology: Declaration, *kinds: Kind) -> set[str]:
    """Of topics of these kinds; of all where none is given."""
    return {topic.name for topic in topology.topics if not kinds or topic.kind in kinds}
