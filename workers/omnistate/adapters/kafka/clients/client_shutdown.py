"""The end of a client of aiokafka's, also where its broker does not answer any more.

What a client still does by itself is cancelled, or it would connect again and again, and its
connections are dropped. It reaches into the clients of the one version that is pinned, and raises
nothing of theirs.
"""

import asyncio
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import CloseReason

from omnistate.adapters.kafka.clients.errors import look_at

Client: TypeAlias = AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient

STOP_S: Final = 5.0
# Of a partition's owner and of a group's member: somebody else waits for what they have.
LEAVE_S: Final = 1.5
# How long what was cancelled may take to notice it.
END_S: Final = 1.0
_TASKS_OF_A_COORDINATOR: Final = (
    "_coordination_task",
    "_heartbeat_task",
    "_commit_refresh_task",
    "_reset_committed_task",
)


async def disconnect(client: Client, patience_s: float = STOP_S) -> None:
    """Stop it, which says goodbye to the broker; after `patience_s` end it without.

    Whatever it has died of is passed over: that was reported where it happened. A caller that is
    cancelled meanwhile leaves nothing behind either.
    """
    goodbye = client.close if isinstance(client, AIOKafkaAdminClient) else client.stop
    # A stop closes them, and yet they stay open while there is something to send.
    transports = _transports_of(client)
    stopping = asyncio.ensure_future(goodbye())
    stopping.add_done_callback(look_at)
    for future in _futures_of(client):
        future.add_done_callback(look_at)
    try:
        await asyncio.wait([stopping], timeout=patience_s)
    finally:
        left = [stopping, *_background_of(client)]
        for task in left:
            task.cancel()
        for transport in transports | _transports_of(client):
            transport.abort()
        for connection in _connections_of(client):
            connection.close(reason=CloseReason.SHUTDOWN)
    # Some of aiokafka's tasks wait for ever, even when they are cancelled.
    await asyncio.wait(left, timeout=END_S)


def _background_of(client: Client) -> Iterator[asyncio.Task[Any]]:
    """Whatever it still does by itself."""
    tasks = [_wire_of(client)._sync_task]  # noqa: SLF001
    if isinstance(client, AIOKafkaProducer):
        tasks.append(client._sender.sender_task)  # noqa: SLF001
    elif isinstance(client, AIOKafkaConsumer):
        coordinator, fetcher = client._coordinator, client._fetcher  # noqa: SLF001
        tasks += [getattr(coordinator, name, None) for name in _TASKS_OF_A_COORDINATOR]
        if fetcher is not None:
            tasks += [fetcher._fetch_task, *fetcher._pending_tasks]  # noqa: SLF001
    for task in tasks:
        if task is not None and not task.done():
            task.add_done_callback(look_at)
            yield task


def _futures_of(client: Client) -> Iterator[asyncio.Future[Any]]:
    """What fails with a transaction that is fenced, and perhaps nobody waits for."""
    if isinstance(client, AIOKafkaProducer) and client._txn_manager is not None:  # noqa: SLF001
        waiter = client._txn_manager._transaction_waiter  # noqa: SLF001
        if waiter is not None:
            yield waiter
        accumulator = client._message_accumulator  # noqa: SLF001
        for batches in (*accumulator._batches.values(), accumulator._pending_batches):  # noqa: SLF001
            yield from (each._drain_waiter for each in batches)  # noqa: SLF001


def _connections_of(client: Client) -> list[Any]:
    return [*_wire_of(client)._conns.values()]  # noqa: SLF001


def _transports_of(client: Client) -> set[asyncio.WriteTransport]:
    """Those of connections that are open."""
    writers = [each._writer for each in _connections_of(client)]  # noqa: SLF001
    return {writer.transport for writer in writers if writer is not None}


def _wire_of(client: Client) -> Any:
    """What holds its connections."""
    return client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001
