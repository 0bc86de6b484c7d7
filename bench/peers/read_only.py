"""The limit of the wire: a plain aiokafka consumer that only counts what it reads.

It says its own pace, since it writes nothing that others could see.
"""

import json
import time

import uvloop
from aiokafka import AIOKafkaConsumer

from bench.peers.job import read_job


async def main() -> None:
    """Read everything, say how long it took from the first record on, end."""
    job, started_s = read_job(), time.monotonic()
    # Without a group every partition is its own.
    consumer = AIOKafkaConsumer(
        *job.inputs,
        bootstrap_servers=job.brokers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        places = list(consumer.assignment())
        ends = await consumer.end_offsets(places)
        count = first = 0
        began_s, cpu_s = time.monotonic(), time.process_time()
        while any([await consumer.position(place) < ends[place] for place in places]):
            found = await consumer.getmany(timeout_ms=200)
            count += sum(map(len, found.values()))
            if not first and count < job.events:
                first, began_s, cpu_s = count, time.monotonic(), time.process_time()
        pace = {
            "events": count - first,
            "records": count,
            "seconds": time.monotonic() - began_s,
            "cold_s": time.monotonic() - started_s,
            "cpu_s": time.process_time() - cpu_s,
        }
        print(f"pace {json.dumps(pace)}", flush=True)
    finally:
        await consumer.stop()


if __name__ == "__main__":
    uvloop.run(main())
