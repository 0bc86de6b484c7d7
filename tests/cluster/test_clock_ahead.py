"""A record whose time no broker's clock has come to, on a real broker, and what an audit says."""

import asyncio
import functools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from omnistate.adapters.kafka.admin.cluster import open_cluster
from omnistate.adapters.kafka.clients.connection import Connection

from tests.cluster.story_inputs import CENTRE, event
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually

AHEAD_S = 40 * 60
TOPIC = "channel-events"


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def append_ahead(connection: Connection, subject: str, ahead_s: float) -> None:
    """Append an event as a broker would whose clock is wrong, then make the topic as it was."""
    told = event(1, "conversation.started", subject, channel="live_chat", workstream_id="chat")
    place = TopicPartition(connection.physical(TOPIC), 0)
    producer = connection.producer()
    await producer.start()
    try:
        async with open_cluster(connection) as cluster:
            await cluster.alter({TOPIC: {"message.timestamp.type": "CreateTime"}})
            at_ms = round((time.time() + ahead_s) * 1_000)
            value = json.dumps(told).encode()
            for _ in range(100):
                sent = await producer.send_and_wait(
                    place.topic, value, subject.encode(), 0, timestamp_ms=at_ms
                )
                # What is alike is a repeat: until the broker has the setting.
                if sent.timestamp_type == 0:
                    break
                await asyncio.sleep(0.1)
            await cluster.alter({TOPIC: {"message.timestamp.type": "LogAppendTime"}})
    finally:
        await producer.stop()


async def times(found: Installation) -> dict[str, str]:
    """When each conversation began, by the engine's clock."""
    topic = f"{found.prefix}conversation-state-changes"
    return {
        each["subject"]: each["time"]
        for each in await read_events(found.brokers, topic)
        if each["data"]["sequence"] == 1
    }


async def test_it_is_taken_at_the_brokers_time(installation: Installation) -> None:
    installation.set_up(CENTRE, partitions=1)
    worker = installation.worker()
    connection = Connection(installation.brokers, installation.prefix)
    installation.send([event(1, "conversation.started", "before", channel="live_chat")])
    await append_ahead(connection, "ahead", AHEAD_S)
    told = event(1, "conversation.started", "after", channel="live_chat", workstream_id="chat")
    installation.send([told])
    began = await eventually(
        "all three",
        functools.partial(times, installation),
        lambda seen: set(seen) >= {"ahead", "after"},
    )
    soon = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + AHEAD_S / 2))
    assert began["ahead"] <= began["after"] < soon
    assert worker.metric("omnistate_clock_ahead_total", topic=TOPIC) >= 1
    assert "clock_ahead" in worker.log()
    installation.run("audit")
    assert worker.stop() == 0
