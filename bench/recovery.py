"""Faust's way back from its changelog, for comparison: rows that were written there beforehand.

From the moment at which the group gave it its partitions until its table is whole.
"""

import asyncio
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from omnistate.stream.partitioning import partition_of

from bench.broker_fixture import BrokerFixture
from bench.contenders import Entry, Job

PREFIX: Final = "faust-back."
READY_S: Final = 900.0

Figures = dict[str, Any]


def measure_faust(broker: BrokerFixture, entry: Entry, rows: int, partitions: int) -> Figures:
    """Rows a second of a Faust app that starts with an empty disk."""
    job = Job(broker, PREFIX, partitions, 0, f"{PREFIX}run")
    changelog = f"{job.run}-counts-changelog"
    broker.create([*entry.inputs(job), *entry.outputs(job)], partitions)
    broker.create([changelog], partitions, cleanup_policy="compact")
    asyncio.run(_fill(broker.brokers, changelog, rows, partitions))
    try:
        with entry.start(job) as contender:
            ended_s = float(contender.wait_for("recovered", READY_S))
            began_s = float(contender.wait_for("assigned", READY_S))
    finally:
        broker.drop(PREFIX)
    return {"rows": rows, "seconds": ended_s - began_s, "rows_per_s": rows / (ended_s - began_s)}


async def _fill(brokers: str, changelog: str, rows: int, partitions: int) -> None:
    """Rows as Faust writes them: JSON both."""
    producer = AIOKafkaProducer(bootstrap_servers=brokers, linger_ms=5)
    await producer.start()
    try:
        for number in range(rows):
            key = b'"open-%07d"' % number
            await producer.send(changelog, b"1", key, partition_of(key, partitions))
        await producer.flush()
    finally:
        await producer.stop()
