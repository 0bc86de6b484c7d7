"""The last row of a partition, found from its end; what lies before it is not read.

It decodes nothing, and keeps nothing.
"""

from collections.abc import Collection
from typing import Final

from aiokafka import TopicPartition

from omnistate.adapters.kafka.internals.consumer import CheckedConsumer

POLL_MS: Final = 100
# How far before the end is looked at first; markers and aborted transactions take offsets, too.
FIRST_REACH: Final = 16
GROWTH: Final = 10


async def read_last_rows(
    consumer: CheckedConsumer, places: Collection[TopicPartition]
) -> dict[TopicPartition, bytes]:
    """The value of the last committed record of each, without those that have none.

    Takes the consumer over: it is assigned these places. Raises what aiokafka raises.
    """
    consumer.assign(list(places))
    beginnings = await consumer.beginning_offsets(list(places))
    ends = await consumer.end_offsets(list(places))
    rows: dict[TopicPartition, bytes] = {}
    left = {place for place in places if beginnings[place] < ends[place]}
    reach = FIRST_REACH
    while left:
        starts = {place: max(beginnings[place], ends[place] - reach) for place in left}
        for place, start in starts.items():
            consumer.seek(place, start)
        reading = set(left)
        while reading:
            found = await consumer.getmany(*reading, timeout_ms=POLL_MS)
            for place, records in found.items():
                if records and records[-1].value is not None:
                    rows[place] = records[-1].value
            reading = {each for each in reading if await consumer.position(each) < ends[each]}
        left = {place for place in left - set(rows) if starts[place] > beginnings[place]}
        reach *= GROWTH
    return rows
