"""From the append of an input until its change can be read: at a steady rate, live.

Both ends are this process and its one clock: an input's time is taken right before it is handed to
the producer, its change's when a read_committed consumer has handed it over.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from omnistate.stream.partitioning import partition_of
from omnistate_schemas.vocabulary import REJECTED_INPUTS, STATE_CHANGES

from bench.broker_fixture import EVERY_INPUT, HEADERS, BrokerFixture
from bench.contenders import Entry, Job
from bench.mix import Mix, Said

TICK_S: Final = 0.002
READY_S: Final = 600.0
# Caches, connections and compilers; not counted.
SETTLE_S: Final = 5.0
QUIET_S: Final = 2.0
CAUSE: Final = b'"causationid":"'
ID: Final = b'"id":"'

Figures = dict[str, Any]
# A group's offsets outlive its topics: each run has names of its own.
_RUNS: Final = itertools.count(1)


def measure_latency(
    broker: BrokerFixture, mix: Mix, entry: Entry, rate: float, seconds: float, partitions: int
) -> Figures:
    """Percentiles in milliseconds of one contender at one rate."""
    prefix = f"live-{entry.name}-{next(_RUNS)}."
    job = Job(broker, prefix, partitions, 0, f"{prefix}run")
    settle_s = min(SETTLE_S, seconds)
    events = round(rate * (settle_s + seconds))
    # Side by side, so that a conversation's inputs do not come within one and the same moment.
    centres = max(mix.centres(events), 50)
    if entry.peer:
        topics = [prefix + EVERY_INPUT, f"{job.run}-output", f"{job.run}-table"]
        broker.create(topics, partitions)
    else:
        broker.lay_out(prefix, mix.configuration(centres), partitions)
    try:
        with entry.start(job) as contender:
            if entry.peer:
                contender.wait_for("ready", READY_S)
            else:
                contender.await_ready(READY_S)
            driver = Driver(broker.brokers, entry, job)
            said = mix.say(centres * mix.inputs, centres)
            asyncio.run(driver.drive(said, rate, settle_s + seconds))
            contender.check()
    finally:
        broker.drop(prefix)
    return driver.figures(settle_s)


class Driver:
    """Sends at a rate, reads what comes of it, and keeps the times between."""

    def __init__(self, brokers: str, entry: Entry, job: Job) -> None:
        self._brokers, self._entry, self._errand = brokers, entry, job
        self._sent: dict[bytes, float] = {}
        self._counts: dict[bytes, int] = {}
        self._took: list[tuple[float, float]] = []
        self._began_s = 0.0
        self._count = 0
        self._ended_s = 0.0

    async def drive(self, said: Iterator[Said], rate: float, seconds: float) -> None:
        """For so long; then what is under way may still come."""
        prefix = self._errand.prefix
        topics = [prefix + STATE_CHANGES, prefix + REJECTED_INPUTS]
        if self._entry.peer:
            topics = [*self._entry.outputs(self._errand)]
        consumer = AIOKafkaConsumer(
            *topics,
            bootstrap_servers=self._brokers,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        producer = AIOKafkaProducer(bootstrap_servers=self._brokers, enable_idempotence=True)
        await consumer.start()
        await producer.start()
        reading = asyncio.ensure_future(self._read(consumer))
        try:
            await self._send(producer, said, rate, seconds)
            await self._drain()
            if reading.done():
                reading.result()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await producer.stop()
            await consumer.stop()

    async def _drain(self) -> None:
        """Until nothing new has come out for a while."""
        seen = -1
        while seen < len(self._took):
            seen = len(self._took)
            await asyncio.sleep(QUIET_S)

    async def _send(
        self, producer: AIOKafkaProducer, said: Iterator[Said], rate: float, seconds: float
    ) -> None:
        self._began_s = began_s = time.perf_counter()
        waiting: set[asyncio.Future[Any]] = set()
        while (now_s := time.perf_counter() - began_s) < seconds:
            due = round(now_s * rate) - self._count
            batches: dict[tuple[str, int], Any] = {}
            for each in itertools.islice(said, due):
                topic = EVERY_INPUT if self._entry.peer else each.topic
                place = topic, partition_of(each.key, self._errand.partitions)
                if place not in batches:
                    batches[place] = producer.create_batch()
                batches[place].append(
                    timestamp=None, key=each.key, value=each.value, headers=HEADERS
                )
                self._sent[self._mark_sent(each)] = time.perf_counter()
            self._count += due
            for (topic, number), batch in batches.items():
                future = await producer.send_batch(
                    batch, self._errand.prefix + topic, partition=number
                )
                waiting.add(future)
                future.add_done_callback(waiting.discard)
            await asyncio.sleep(TICK_S)
        self._ended_s = time.perf_counter()
        await asyncio.gather(*waiting)

    def _mark_sent(self, said: Said) -> bytes:
        """What its output will be known by: a peer's by its key and count."""
        if not self._entry.peer:
            return _between(said.value, ID)
        count = self._counts[said.key] = self._counts.get(said.key, 0) + 1
        return b"%s %d" % (said.key, count)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        mark_read: Callable[[Any], bytes] = _cause
        if self._entry.peer:
            mark_read = _key_and_count
        while True:
            found = await consumer.getmany(timeout_ms=200)
            now_s = time.perf_counter()
            for records in found.values():
                for record in records:
                    # Of an input's several outputs the first one counts.
                    sent_s = self._sent.pop(mark_read(record), None)
                    if sent_s is not None:
                        self._took.append((sent_s, now_s - sent_s))

    def figures(self, settle_s: float) -> Figures:
        """Of what was sent after the first seconds; those without any output are left out."""
        took = sorted(
            took_s * 1e3 for sent_s, took_s in self._took if sent_s - self._began_s >= settle_s
        )
        if not took:
            raise TimeoutError("nothing came out")
        return {
            "rate": self._count / (self._ended_s - self._began_s),
            "answered": len(took),
            **{
                name: took[min(len(took) - 1, int(len(took) * share))]
                for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99), ("p999_ms", 0.999))
            },
            "max_ms": took[-1],
        }


def _between(value: bytes, mark: bytes) -> bytes:
    start = value.find(mark)
    if start < 0:
        return b""
    start += len(mark)
    return value[start : value.index(b'"', start)]


def _cause(record: Any) -> bytes:
    return _between(record.value, CAUSE)


def _key_and_count(record: Any) -> bytes:
    return b"%s %s" % (record.key, record.value)
