"""Inputs of odd batches on a real installation, and what has become of them."""

import json
from typing import Any

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.records.topic_reader import open_reader
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Record

from tests.cluster import odd_batches
from tests.cluster.story_inputs import event
from tests.harness.installation import Installation
from tests.harness.topics import read_events
from tests.harness.worker_process import WorkerProcess


def connection_of(found: Installation) -> Connection:
    return Connection(found.brokers, found.prefix)


async def append(
    found: Installation, topic: str, partition: int, lines: Any, codec: int = 0
) -> int:
    """Append one batch; its first offset."""
    return await odd_batches.append(connection_of(found), topic, partition, lines, codec)


def started(subject: str, *headers: tuple[str, bytes | None]) -> odd_batches.Line:
    """The line of a conversation that begins."""
    told = event(1, "conversation.started", subject, channel="live_chat", workstream_id="chat")
    return subject.encode(), json.dumps(told).encode(), headers


async def begun(found: Installation) -> set[str]:
    """The conversations that have changed."""
    topic = f"{found.prefix}conversation-state-changes"
    return {each["subject"] for each in await read_events(found.brokers, topic)}


async def letters(found: Installation) -> list[Record]:
    """The dead letters, with their header names as they are."""
    async with open_reader(connection_of(found)) as reader:
        ends = await reader.ends("dead-letters")
        return [
            each
            for partition, end in enumerate(ends)
            async for chunk in reader.records("dead-letters", partition, 0, end)
            for each in chunk
        ]


def subject_in(partition: int, partitions: int, stem: str) -> str:
    """An id whose key belongs to a partition."""
    names = (f"{stem}-{number}" for number in range(1_000))
    return next(each for each in names if partition_of(each.encode(), partitions) == partition)


def stopped(worker: WorkerProcess, partition: int) -> bool:
    return worker.metric("omnistate_partition_stopped", partition=str(partition)) == 1
