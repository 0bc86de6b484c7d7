"""How far each group is behind, in records and in seconds.

Seconds lead: offsets also count the markers of transactions and what was aborted or compacted, so
a partition with nothing left to read counts as caught up whatever its offsets say.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from aiokafka import TopicPartition

from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import deadline
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer
from omnistate.stream.topology_parts import Group

READ_TIMEOUT_S: Final = 30.0
POLL_MS: Final = 100


class Lag(NamedTuple):
    """One partition of a topic that a group consumes; `committed` None = nothing yet."""

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int
    records: int
    # Age of the oldest record that was not taken, by this machine's clock.
    seconds: float


async def measure_lag(
    connection: Connection,
    groups: Iterable[Group],
    kept: Mapping[str, Mapping[tuple[str, int], int]] | None = None,
) -> list[Lag]:
    """The lag of every partition that the groups consume. Raises ClusterFailure.

    Topics that are not there are left out. `kept` has the offsets, by topic and partition, of those
    groups that keep theirs elsewhere.
    """
    async with open_cluster(connection) as cluster, deadline(READ_TIMEOUT_S, "measuring lag"):
        found: list[Lag] = []
        for group in groups:
            shapes = await cluster.describe(group.consumes)
            own = None if kept is None else kept.get(group.name)
            if own is None:
                found_offsets = await cluster.committed(group.name)
                own = {names: each.offset for names, each in found_offsets.items()}
            places = {
                place: (topic, place.partition)
                for topic in group.consumes
                if topic in shapes
                for place in connection.partitions(topic, shapes[topic].partitions)
            }
            async with disconnecting(connection.consumer(max_partition_fetch_bytes=1)) as consumer:
                await consumer.start()
                beginnings = await consumer.beginning_offsets(list(places))
                stable = await consumer.end_offsets(list(places))
                starts = {
                    place: max(own[names], beginnings[place]) if names in own else beginnings[place]
                    for place, names in places.items()
                }
                oldest = await _find_oldest(consumer, starts, stable)
                # Behind an open transaction there are records, too.
                ends = await _written_ends(connection, list(places))
            now_ms = time.time() * 1_000
            for place, names in sorted(places.items(), key=lambda item: item[1]):
                # Ends before the start are those of a topic that was made anew.
                held_up = stable[place] == starts[place] < ends[place]
                behind = place in oldest or held_up
                found.append(
                    Lag(
                        group.name,
                        *names,
                        own.get(names),
                        ends[place],
                        ends[place] - starts[place] if behind else 0,
                        max(0.0, now_ms - oldest.get(place, now_ms)) / 1_000,
                    )
                )
        return found


async def _written_ends(
    connection: Connection, places: list[TopicPartition]
) -> dict[TopicPartition, int]:
    """The offset after the last record of each, decided or not."""
    made = connection.consumer(isolation_level="read_uncommitted")
    async with disconnecting(made) as consumer:
        await consumer.start()
        found: dict[TopicPartition, int] = await consumer.end_offsets(places)
        return found


async def _find_oldest(
    consumer: CheckedConsumer, starts: dict[TopicPartition, int], ends: dict[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """The time of the first record at or after each start, ms; nothing where there is none."""
    left = {place for place, start in starts.items() if start < ends[place]}
    oldest: dict[TopicPartition, int] = {}
    consumer.assign(list(left))
    for place in left:
        consumer.seek(place, starts[place])
    while left:
        fetched = await consumer.getmany(*left, timeout_ms=POLL_MS, max_records=1)
        for place, records in fetched.items():
            if records:
                oldest[place] = records[0].timestamp
        for place, batch in consumer.unreadable.items():
            # One that is cut short does not say how old it is.
            known = batch.timestamp >= 0
            oldest.setdefault(place, batch.timestamp if known else round(time.time() * 1_000))
        left = {
            place
            for place in left
            if place not in oldest and await consumer.position(place) < ends[place]
        }
    return oldest
