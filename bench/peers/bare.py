"""The limit of this client: a transactional loop on aiokafka with nothing in it but a counter.

Not a design for anything: it keeps no table, takes nothing over, and dies of the first error.
"""

import argparse
import asyncio
import signal
from collections import Counter
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from bench.peers.job import read_job

BATCH_BYTES = 1_000_000


async def ship(
    producer: AIOKafkaProducer, topic: str, partition: int, records: list[tuple[bytes, bytes]]
) -> list[Any]:
    """Records in as few batches as they fit in; what to wait for."""
    waiting = []
    batch = BatchBuilder(BATCH_BYTES, 0, is_transactional=1)
    for key, value in records:
        if batch.append(timestamp=None, key=key, value=value, headers=[]) is None:
            waiting.append(await producer.send_batch(batch, topic, partition=partition))
            batch = BatchBuilder(BATCH_BYTES, 0, is_transactional=1)
            batch.append(timestamp=None, key=key, value=value, headers=[])
    waiting.append(await producer.send_batch(batch, topic, partition=partition))
    return waiting


async def run(job: argparse.Namespace) -> None:
    """Until it is told to end."""
    records_max = int(job.settings.get("records", 8_000))
    consumer = AIOKafkaConsumer(
        *job.inputs,
        bootstrap_servers=job.brokers,
        group_id=job.group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=job.brokers,
        transactional_id=job.group,
        max_batch_size=BATCH_BYTES,
        max_request_size=2 * BATCH_BYTES,
        retry_backoff_ms=10,
    )
    await producer.start()
    await consumer.start()
    counts: Counter[bytes] = Counter()
    print("ready now", flush=True)
    while True:
        found = await consumer.getmany(timeout_ms=200, max_records=records_max)
        if not found:
            continue
        async with producer.transaction():
            waiting = []
            offsets = {}
            made: dict[int, list[tuple[bytes, bytes]]] = {}
            for place, records in found.items():
                out = made.setdefault(place.partition, [])
                for record in records:
                    counts[record.key] += 1
                    out.append((record.key, b"%d" % counts[record.key]))
                offsets[TopicPartition(place.topic, place.partition)] = records[-1].offset + 1
            for partition, out in made.items():
                waiting += await ship(producer, job.output, partition, out)
                waiting += await ship(producer, job.table, partition, out)
            sending = asyncio.ensure_future(
                producer.send_offsets_to_transaction(offsets, job.group)
            )
            await asyncio.gather(sending, *waiting)


async def main() -> None:
    """Run until SIGTERM, which ends it as it is."""
    task = asyncio.ensure_future(run(read_job()))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await asyncio.gather(task, return_exceptions=not task.done())
    if not task.cancelled() and task.exception():
        raise SystemExit(repr(task.exception()))


if __name__ == "__main__":
    uvloop.run(main())
