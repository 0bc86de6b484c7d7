"""How far a group has come: by the positions in its tables, else by what it has committed.

The two are the same but where offsets were reset or have expired: workers go on from the tables.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from omnistate.adapters.kafka.admin.cluster import Cluster
from omnistate.adapters.kafka.admin.differences import TopicState
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.adapters.kafka.records.last_rows import read_last_rows
from omnistate.core.row_version import NewerVersion
from omnistate.stream.position import POSITIONS, Position, decode_position
from omnistate.stream.topology_parts import Group

# Of a group, by topic and partition: the next offset to take.
Offsets = Mapping[tuple[str, int], int]


class Standing(NamedTuple):
    """The next offsets of a group, and its positions by partition where it keeps some."""

    offsets: Offsets
    positions: Mapping[int, Position]


def kept_elsewhere(offsets: Offsets) -> Standing:
    """Of a group that keeps its offsets in a place of its own."""
    return Standing(offsets, {})


async def find_standing(
    cluster: Cluster, consumer: CheckedConsumer, group: Group, found: Mapping[str, TopicState]
) -> Standing:
    """Of a group of ours; `found` describes its topics. Raises ClusterFailure, and aiokafka's.

    Takes the consumer over.
    """
    committed = await cluster.committed(group.name)
    offsets = {names: each.offset for names, each in committed.items()}
    state = found.get(group.tables.get(POSITIONS, ""))
    if state is None:
        return Standing(offsets, {})
    places = cluster.connection.partitions(group.tables[POSITIONS], state.partitions)
    rows = await read_last_rows(consumer, places)
    decoded = {place.partition: _decode(row) for place, row in rows.items()}
    positions = {number: each for number, each in decoded.items() if each is not None}
    for number, position in positions.items():
        for topic, offset in position.offsets.items():
            offsets[topic, number] = offset
    return Standing(offsets, positions)


def _decode(row: bytes) -> Position | None:
    """None for a row that this release cannot read: then what was committed has to do."""
    try:
        return decode_position(row)
    except (NewerVersion, msgspec.DecodeError):
        return None
