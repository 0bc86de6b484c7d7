"""What partitions hold: every committed record up to where they end at present.

It joins no group and commits nothing.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

POLL_MS: Final = 200


async def read_backlog(
    consumer: AIOKafkaConsumer,
    partitions: Iterable[TopicPartition],
    starts: Mapping[TopicPartition, int] | None = None,
    ends: Mapping[TopicPartition, int] | None = None,
) -> AsyncIterator[ConsumerRecord]:
    """The records of the partitions, up to `ends` (or their present ones) and what came with these.

    Partitions are read from `starts`, or else from their beginning. The consumer is a started one;
    afterwards it stands behind the last record given out.
    """
    wanted = list(partitions)
    consumer.assign(wanted)
    for partition, offset in (starts or {}).items():
        consumer.seek(partition, offset)
    until = ends or await consumer.end_offsets(wanted)
    while behind := [each for each in wanted if await consumer.position(each) < until[each]]:
        fetched = await consumer.getmany(*behind, timeout_ms=POLL_MS)
        for records in fetched.values():
            for record in records:
                yield record
