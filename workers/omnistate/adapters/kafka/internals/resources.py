"""What a client of aiokafka's has open: its tasks, its futures, its connections.

It looks and closes; when and in which order is for whoever ends the client.
"""

import asyncio
from collections.abc import Iterator
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import CloseReason
from aiokafka.consumer.group_coordinator import GroupCoordinator, NoGroupCoordinator

Client: TypeAlias = AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient


def tasks_of(client: Client) -> list[asyncio.Task[Any]]:
    """Whatever it does by itself and has not ended; none before its start."""
    tasks = [_network_of(client)._sync_task]
    if isinstance(client, AIOKafkaProducer):
        tasks.append(client._sender.sender_task)
    elif isinstance(client, AIOKafkaConsumer):
        tasks += _tasks_of_consumer(client)
    return [task for task in tasks if task is not None and not task.done()]


def vital_tasks_of(member: AIOKafkaConsumer) -> list[asyncio.Task[Any]]:
    """Of a started member of a group: what it is no member, or reads nothing, without.

    They are the group's coordination, the fetches and the cluster's metadata. Whichever ends leaves
    a client behind that looks well and does nothing.
    """
    return [
        member._coordinator._coordination_task,
        member._fetcher._fetch_task,
        _network_of(member)._sync_task,
    ]


def futures_of(client: Client) -> Iterator[asyncio.Future[Any]]:
    """What fails with a transaction that is fenced, and perhaps nobody waits for."""
    if isinstance(client, AIOKafkaProducer) and client._txn_manager is not None:
        waiter = client._txn_manager._transaction_waiter
        if waiter is not None:
            yield waiter
        accumulator = client._message_accumulator
        for batches in (*accumulator._batches.values(), accumulator._pending_batches):
            yield from (batch._drain_waiter for batch in batches)


def transports_of(client: Client) -> set[asyncio.WriteTransport]:
    """Those of its connections that are open. Aborted, they lose what was not sent yet."""
    writers = [connection._writer for connection in _network_of(client)._conns.values()]
    return {writer.transport for writer in writers if writer is not None}


def close_connections(client: Client) -> None:
    """Close every connection, without a word to the brokers; may be called again."""
    for connection in [*_network_of(client)._conns.values()]:
        connection.close(reason=CloseReason.SHUTDOWN)


def _tasks_of_consumer(consumer: AIOKafkaConsumer) -> Iterator[asyncio.Task[Any] | None]:
    coordinator, fetcher = consumer._coordinator, consumer._fetcher
    if isinstance(coordinator, GroupCoordinator):
        yield coordinator._coordination_task
        yield coordinator._heartbeat_task
        yield coordinator._commit_refresh_task
    elif isinstance(coordinator, NoGroupCoordinator):
        yield coordinator._reset_committed_task
    if fetcher is not None:
        yield fetcher._fetch_task
        yield from fetcher._pending_tasks


def _network_of(client: Client) -> Any:
    """What holds its connections; only a producer shows it."""
    return client.client if isinstance(client, AIOKafkaProducer) else client._client
