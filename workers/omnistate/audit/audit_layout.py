"""What an audit is to read: the topics by their names in topics.yaml, and what is left of them.

Read once, at the start. It judges no record.
"""

from collections.abc import Sequence
from typing import NamedTuple

from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
    DEAD_LETTERS,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from omnistate.audit.source import TopicReader
from omnistate.stream.ports import LogRefusal
from omnistate.stream.topology import Topology

WORKER = "conversation"
TOTALS_WORKER = "representative"


class Layout(NamedTuple):
    """The conversation worker's topics. `beginnings` are the first offsets left, by topic."""

    inputs: tuple[str, ...]
    conversations: str
    counters: str
    settings: str
    positions: str
    configuration: tuple[str, ...]
    # How many the worker has: of its inputs, its changelogs, and what is co-partitioned with them.
    partitions: int
    beginnings: dict[str, Sequence[int]]

    def beginning(self, topic: str, partition: int) -> int:
        """The first offset that is left."""
        return self.beginnings[topic][partition]

    def lacks_records(self, topic: str, partition: int) -> bool:
        """Whether the topic's own retention has deleted records."""
        return self.beginning(topic, partition) > 0

    def lacks_inputs(self, partition: int) -> bool:
        """Whether inputs of the partition were deleted."""
        return any(self.lacks_records(topic, partition) for topic in self.inputs)

    def lacks_outputs(self, partition: int) -> bool:
        """Whether changes or refusals of the partition were deleted."""
        return any(
            self.lacks_records(topic, partition) for topic in (STATE_CHANGES, REJECTED_INPUTS)
        )


class TotalsLayout(NamedTuple):
    """The representative worker's topics."""

    totals: str
    holdings: str
    positions: str
    inputs: tuple[str, ...]
    # How many capacity-changes has, and whatever is co-partitioned with it.
    partitions: int


async def read_layout(reader: TopicReader, topology: Topology) -> Layout:
    """The layout of a log. Raises LogRefusal where a topic is missing or of another size."""
    group = topology.group(WORKER)
    outputs = (STATE_CHANGES, CONVERSATION_STATES, RECORDED_INPUTS, REJECTED_INPUTS)
    together = (*group.consumes, *outputs, *group.tables.values())
    partitions = await _count_partitions(reader, together)
    topics = dict.fromkeys((*together, CAPACITY_CHANGES, DEAD_LETTERS, *group.follows))
    return Layout(
        group.consumes,
        group.tables["conversations"],
        group.tables["counters"],
        group.tables["settings"],
        group.tables["positions"],
        group.follows,
        partitions,
        {topic: await reader.beginnings(topic) for topic in topics},
    )


async def read_totals_layout(reader: TopicReader, topology: Topology) -> TotalsLayout:
    """The same for the representative worker."""
    group = topology.group(TOTALS_WORKER)
    tables, inputs = group.tables, group.consumes
    together = (CAPACITY_CHANGES, REPRESENTATIVE_CAPACITY, *inputs, *tables.values())
    partitions = await _count_partitions(reader, together)
    return TotalsLayout(
        tables["totals"], tables["holdings"], tables["positions"], inputs, partitions
    )


async def _count_partitions(reader: TopicReader, together: Sequence[str]) -> int:
    """How many partitions all of these have. Raises LogRefusal where they differ."""
    sizes = {topic: await reader.partitions(topic) for topic in together}
    partitions = sizes[together[0]]
    for topic, size in sizes.items():
        if size != partitions:
            raise LogRefusal(
                f"topic {topic} has {size} partitions, {together[0]} has {partitions}; "
                "they must have the same number"
            )
    return partitions
