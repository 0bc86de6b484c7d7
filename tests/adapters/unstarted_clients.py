"""Clients of aiokafka's that were made but never started, their insides made as a start makes them.

No broker is needed; a module that uses the fixture `clients` imports it.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator, NoGroupCoordinator
from omnistate.adapters.kafka.internals.batches import FetchedBatches

PLACE = TopicPartition("things", 0)
OTHER = TopicPartition("things", 1)


class Clients(NamedTuple):
    """One of each kind."""

    member: AIOKafkaConsumer
    reader: AIOKafkaConsumer
    producer: AIOKafkaProducer
    admin: AIOKafkaAdminClient
    connection: AIOKafkaConnection


def idle() -> asyncio.Task[None]:
    """A task that never ends by itself."""
    return asyncio.create_task(asyncio.sleep(3_600))


@pytest_asyncio.fixture
async def clients() -> AsyncIterator[Clients]:
    member, reader = AIOKafkaConsumer(group_id="group"), AIOKafkaConsumer()
    producer, admin = AIOKafkaProducer(transactional_id="one"), AIOKafkaAdminClient()
    for consumer in (member, reader):
        consumer._fetcher = Fetcher(consumer._client, consumer._subscription)
    member._coordinator = GroupCoordinator(member._client, member._subscription, group_id="group")
    reader._coordinator = NoGroupCoordinator(reader._client, reader._subscription)
    for name in ("_heartbeat_task", "_commit_refresh_task"):
        assert getattr(member._coordinator, name) is None
        setattr(member._coordinator, name, idle())
    for client in (member._client, reader._client, producer.client, admin._client):
        assert client._sync_task is None
        client._sync_task = idle()
    assert producer._sender._sender_task is None
    producer._sender._sender_task = idle()
    connection = AIOKafkaConnection("localhost", 1)
    member._client._conns["one"] = connection
    made = asyncio.all_tasks()
    yield Clients(member, reader, producer, admin, connection)
    for each in (member, reader, producer):
        each._closed = True
    # Some have ended by then, since nobody answers: of that, too.
    tasks = (made | asyncio.all_tasks()) - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def as_fetched(batch: Any) -> FetchedBatches:
    """A batch as a broker sends it, in a partition whose offsets begin at 7."""
    bytes_ = bytearray(batch._build())
    # A broker writes the offset of the first record in front.
    bytes_[:8] = (7).to_bytes(8, "big")
    return FetchedBatches(bytes(bytes_))
