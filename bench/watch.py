"""What a read_committed reader could have read, and when: sampled while a contender works.

It asks for last stable offsets instead of reading, since a reader beside the contender would take
its cores away. What is there is read and counted after the run.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from omnistate.adapters.kafka.admin.cluster import Cluster, open_cluster
from omnistate.adapters.kafka.admin.committed_offsets import CommittedOffset
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.worker.end_offsets import EndOffsets

from bench.contender import Contender, cpu_s

EVERY_S: Final = 0.05


class Sample(NamedTuple):
    """One look: committed outputs (markers of transactions included) and committed inputs."""

    at_s: float
    outputs: int
    inputs: int
    cpu_s: float
    broker_cpu_s: float


class Watched(NamedTuple):
    """What is looked at. Without a group inputs are told by outputs, one for each."""

    brokers: str
    broker_pid: int
    inputs: Sequence[str]
    outputs: Sequence[str]
    group: str | None
    partitions: int
    events: int

    @property
    def output_places(self) -> list[TopicPartition]:
        """Every partition of the outputs."""
        numbers = range(self.partitions)
        return [TopicPartition(topic, number) for topic in self.outputs for number in numbers]


class Pace(NamedTuple):
    """From the first committed output that was seen to the last one."""

    events: int
    seconds: float
    cpu_s: float
    broker_cpu_s: float
    cold_s: float

    @property
    def per_s(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of the contender's CPU for an event."""
        return self.cpu_s / self.events * 1e6


def watch(
    watched: Watched,
    contenders: Sequence[Contender],
    timeout_s: float,
    may_begin: Callable[[], bool] = lambda: True,
) -> Pace:
    """Sample until everything is done. Raises TimeoutError and ContenderFailed.

    The pace counts from the first sample at which `may_begin`.
    """
    return asyncio.run(_watch(watched, contenders, timeout_s, may_begin))


async def _watch(
    watched: Watched,
    contenders: Sequence[Contender],
    timeout_s: float,
    may_begin: Callable[[], bool],
) -> Pace:
    consumer = AIOKafkaConsumer(bootstrap_servers=watched.brokers, isolation_level="read_committed")
    samples: list[Sample] = []
    try:
        await consumer.start()
        async with (
            open_cluster(Connection(watched.brokers)) as cluster,
            asyncio.timeout(timeout_s),
        ):
            while not _ended(watched, samples):
                for each in contenders:
                    each.check()
                sample = await _look(watched, contenders, consumer, cluster)
                if not samples or may_begin():
                    samples.append(sample)
                await asyncio.sleep(EVERY_S)
            await _await_decided(watched)
    except TimeoutError:
        seen = samples[-1] if samples else None
        raise TimeoutError(f"not done in {timeout_s:g} s: {seen}") from None
    finally:
        await consumer.stop()
    return _pace(watched, samples, contenders[0].started_s)


async def _look(
    watched: Watched,
    contenders: Sequence[Contender],
    consumer: AIOKafkaConsumer,
    cluster: Cluster,
) -> Sample:
    committed: Mapping[tuple[str, int], CommittedOffset] = {}
    if watched.group is not None:
        committed = await cluster.committed(watched.group)
    ends = await consumer.end_offsets(watched.output_places)
    return Sample(
        time.monotonic(),
        sum(ends.values()),
        sum(found.offset for (topic, _), found in committed.items() if topic in watched.inputs),
        sum(cpu_s(each.pid) for each in contenders),
        cpu_s(watched.broker_pid),
    )


async def _await_decided(watched: Watched) -> None:
    """Until a read_committed reader can see it all: a group's offsets may be visible before."""
    places, ends = watched.output_places, EndOffsets(Connection(watched.brokers))
    await ends.start()
    try:
        while await ends.ask(*places) != await ends.high_watermarks(*places):
            await asyncio.sleep(EVERY_S)
    finally:
        await ends.stop()


def _ended(watched: Watched, samples: Sequence[Sample]) -> bool:
    if not samples:
        return False
    if watched.group is not None:
        return samples[-1].inputs >= watched.events
    return samples[-1].outputs - samples[0].outputs >= watched.events


def _pace(watched: Watched, samples: Sequence[Sample], started_s: float) -> Pace:
    """What was committed already at the first sample with outputs was made before it."""
    nothing = samples[0].outputs
    first = next((each for each in samples if each.outputs > nothing), samples[0])
    last = samples[-1]
    by_outputs = watched.group is None
    events = last.outputs - first.outputs if by_outputs else last.inputs - first.inputs
    return Pace(
        max(1, events),
        max(EVERY_S, last.at_s - first.at_s),
        last.cpu_s - first.cpu_s,
        last.broker_cpu_s - first.broker_cpu_s,
        last.at_s - started_s,
    )
