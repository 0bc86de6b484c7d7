"""Whether the topics are there that somebody needs, as they need them; pure.

Only what correctness depends on: a worker runs with another retention, but not with a changelog
that forgets. Partition counts are the cluster's, not topics.yaml's: the topics must agree.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Final, NamedTuple

from omnistate.adapters.kafka.admin.differences import (
    OTHER_NUMBER,
    TABLES,
    TopicState,
    settings_for,
)
from omnistate.stream.topology import Topology
from omnistate.stream.topology_parts import Kind, Topic
from omnistate.stream.topology_rules import MESSAGE_BYTES, MIN_INSYNC

_COMMAND: Final = "run omnistate topics apply"
_TIMES: Final = "message.timestamp.type"
_VITAL: Final = ("cleanup.policy", _TIMES)
_LEAST: Final = (MIN_INSYNC, MESSAGE_BYTES)
_CHECKED: Final[frozenset[Kind]] = frozenset({"input", "changelog", "table", "configuration"})


class Readiness(NamedTuple):
    """The first thing that is wrong, in a line, and the partition count of each topic there is."""

    problem: str | None
    partitions: Mapping[str, int]
    # Nothing is wrong but that topics are missing, which somebody may be about to create.
    only_missing: bool = False


class _Problem(NamedTuple):
    line: str
    missing: bool = False


def judge(
    topology: Topology,
    names: Iterable[str],
    found: Mapping[str, TopicState],
    physical: Callable[[str], str],
    consumed: Iterable[str] = (),
) -> Readiness:
    """Whether the topics of these names can be used together.

    `physical` gives the name that a topic has on the cluster. Of those that are `consumed` the
    times count, whatever kind they are: they are a clock.
    """
    topics = [topology.topic(name) for name in names]
    counts = {topic.name: found[topic.name].partitions for topic in topics if topic.name in found}
    problems = list(_problems(topics, found, physical, frozenset(consumed)))
    if not problems:
        return Readiness(None, counts)
    # What is there and wrong first: nobody is about to create it.
    first = min(problems, key=lambda problem: problem.missing)
    return Readiness(first.line, counts, first.missing)


def _problems(
    topics: Iterable[Topic],
    found: Mapping[str, TopicState],
    physical: Callable[[str], str],
    consumed: Set[str],
) -> Iterator[_Problem]:
    topics = list(topics)
    shared_counts = _shared_counts(topics, found)
    for topic in topics:
        name, state = physical(topic.name), found.get(topic.name)
        if state is None:
            yield _Problem(f"topic {name} is missing: {_COMMAND}", missing=True)
            continue
        vital = _VITAL if topic.kind in _CHECKED else (_TIMES,) if topic.name in consumed else ()
        for key in vital:
            wanted, is_ = topic.config.get(key), state.config.get(key)
            if wanted not in {None, is_}:
                yield _Problem(f"topic {name} has {key}={is_}, {wanted} is needed: {_COMMAND}")
        for key in _LEAST:
            # More than declared is somebody's choice.
            wanted = settings_for(topic, state.replication_factor).get(key, "0")
            is_ = state.config.get(key)
            if int(is_ or 0) < int(wanted):
                yield _Problem(f"topic {name} has {key}={is_}, {wanted} is needed: {_COMMAND}")
        if topic.kind == "turn" and state.partitions != topic.partitions:
            yield _Problem(
                f"topic {name} has {state.partitions} partitions, so as many would act at once: "
                "end whoever uses it, delete it, and run omnistate topics apply"
            )
        count = shared_counts.get(topic.co_partitioned_with or "", state.partitions)
        if state.partitions != count:
            yield _Problem(_describe_count(name, state.partitions, count))


def _shared_counts(topics: Iterable[Topic], found: Mapping[str, TopicState]) -> dict[str, int]:
    """How many partitions those have that are co-partitioned: as most of the tables have, if any.

    Tables count, since rows stay where they are; a topic beside them may have been changed.
    """
    counts: dict[str, list[Counter[int]]] = {}
    for topic in topics:
        if topic.co_partitioned_with is not None and topic.name in found:
            both = counts.setdefault(topic.co_partitioned_with, [Counter(), Counter()])
            both[topic.kind not in TABLES][found[topic.name].partitions] += 1
    return {
        shared: (of_tables or of_others).most_common(1)[0][0]
        for shared, (of_tables, of_others) in counts.items()
    }


def _describe_count(name: str, found: int, shared: int) -> str:
    line = f"topic {name} has {found} partitions, those that must have as many have {shared}"
    if found > shared:
        return f"{line}: some were added to it, which cannot be taken back; {OTHER_NUMBER}"
    return (
        f"{line}: it was made with too few; if nothing is lost with it, delete it and "
        f"{_COMMAND}; {OTHER_NUMBER}"
    )
