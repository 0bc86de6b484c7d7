"""Where partitions begin and end, asked of one broker at a time.

aiokafka's own methods ask all leaders at once and answer nothing before the slowest has, and know
one isolation level each.
"""

from collections import defaultdict
from collections.abc import Collection
from enum import Enum
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.offset import OffsetRequest


class Bound(Enum):
    """What is asked for: the protocol's timestamp and isolation level."""

    BEGINNING = (-2, 0)
    COMMITTED_END = (-1, 1)  # the last stable offset: what lies before it is decided
    END = (-1, 0)  # the high watermark


def leader_of(consumer: AIOKafkaConsumer, place: TopicPartition) -> int | None:
    """The broker that leads a partition; None where that is not known, and is being asked for."""
    client = consumer._client
    leader = client.cluster.leader_for_partition(place)
    if leader is None or leader == -1:
        client.add_topic(place.topic)
        client.force_metadata_update()
        return None
    return int(leader)


def refresh_leaders(consumer: AIOKafkaConsumer) -> None:
    """Have the leaders asked for again."""
    consumer._client.force_metadata_update()


async def ask_leader(
    consumer: AIOKafkaConsumer, node: int, bound: Bound, places: Collection[TopicPartition]
) -> dict[TopicPartition, tuple[int, int]]:
    """An error code, 0 = none, and the offset of each; by the broker that leads them all."""
    timestamp, isolation = bound.value
    topics: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place in places:
        topics[place.topic].append((place.partition, timestamp))
    request = OffsetRequest(-1, isolation, [*topics.items()])
    answer: Any = await consumer._client.send(node, request)
    return {
        TopicPartition(topic, number): (code, rest[-1])
        for topic, partitions in answer.topics
        for number, code, *rest in partitions
    }
