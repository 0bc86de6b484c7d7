"""Run inside a container beside the lag worker: what waits for a group, by Kafka's own answers.

It reads the offsets that the group has committed, and the first record behind each; beside it,
what the lag worker says at that moment. Right for groups that commit to Kafka what they have taken.
Prints one JSON object.
"""

import asyncio
import json
import math
import re
import sys
import time
import urllib.request
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

METRICS = "http://127.0.0.1:6066/metrics"
LINE = re.compile(r"omnistate_group_(lag_records|lag_seconds)\{([^}]*)\} (\S+)")


async def read_waiting(brokers: str, group: str, topics: list[str]) -> tuple[int, float]:
    """How many records wait, and when the oldest of them was appended, in seconds."""
    places = await list_partitions(brokers, topics)
    consumer = AIOKafkaConsumer(bootstrap_servers=brokers, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        records, oldest_ms = 0, math.inf
        for place in places:
            committed = await consumer.committed(place) or 0
            first = await read_first(consumer, place, committed, ends[place])
            if first is not None:
                records += ends[place] - committed
                oldest_ms = min(oldest_ms, first.timestamp)
        return records, oldest_ms / 1_000
    finally:
        await consumer.stop()


async def read_first(
    consumer: AIOKafkaConsumer, place: TopicPartition, start: int, end: int
) -> Any:
    """The first record from `start` on; None where there are only markers of transactions."""
    consumer.seek(place, start)
    while await consumer.position(place) < end:
        found = await consumer.getmany(place, timeout_ms=100, max_records=1)
        if found.get(place):
            return found[place][0]
    return None


async def list_partitions(brokers: str, topics: list[str]) -> list[TopicPartition]:
    """All of these topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        return [
            TopicPartition(topic["topic"], each["partition"])
            for topic in await admin.describe_topics(topics)
            for each in topic["partitions"]
        ]
    finally:
        await admin.close()


def told(group: str) -> tuple[float, float]:
    """What the lag worker says: records, and the age of the oldest in seconds."""
    with urllib.request.urlopen(METRICS) as answer:
        text = answer.read().decode()
    found = {"lag_records": [0.0], "lag_seconds": [0.0]}
    for name, labels, value in LINE.findall(text):
        if f'group="{group}"' in labels:
            found[name].append(float(value))
    return sum(found["lag_records"]), max(found["lag_seconds"])


def main(brokers: str, group: str, *topics: str) -> None:
    """Print both."""
    records, oldest_s = asyncio.run(read_waiting(brokers, group, list(topics)))
    before_s = time.time()
    told_records, told_s = told(group)
    after_s = time.time()
    answer = {
        "records": records,
        "told_records": told_records,
        # As it was at some moment while the lag worker answered.
        "age_s": [before_s - oldest_s, after_s - oldest_s],
        "told_age_s": told_s,
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
