"""The end of a client of aiokafka's, also where its broker does not answer any more.

What a client still does by itself is cancelled, or it would connect again and again, and its
connections are dropped. It raises nothing of the client's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from aiokafka.admin import AIOKafkaAdminClient

from omnistate.adapters.kafka.clients.errors import look_at
from omnistate.adapters.kafka.internals.resources import (
    Client,
    close_connections,
    futures_of,
    tasks_of,
    transports_of,
)

C = TypeVar("C", bound=Client)

STOP_S: Final = 5.0
# Of a partition's owner and of a group's member: somebody else waits for what they have.
LEAVE_S: Final = 1.5
# How long what was cancelled may take to notice it.
END_S: Final = 1.0


async def disconnect(client: Client, patience_s: float = STOP_S) -> None:
    """Stop it, which says goodbye to the broker; after `patience_s` end it without.

    Whatever it has died of is passed over: that was reported where it happened. A caller that is
    cancelled meanwhile leaves nothing behind either.
    """
    goodbye = client.close if isinstance(client, AIOKafkaAdminClient) else client.stop
    # A stop closes them, and yet they stay open while there is something to send.
    transports = transports_of(client)
    stopping = asyncio.ensure_future(goodbye())
    stopping.add_done_callback(look_at)
    for future in futures_of(client):
        future.add_done_callback(look_at)
    try:
        await asyncio.wait([stopping], timeout=patience_s)
    finally:
        left = tasks_of(client)
        for task in left:
            task.add_done_callback(look_at)
        left.append(stopping)
        for task in left:
            task.cancel()
        for transport in transports | transports_of(client):
            transport.abort()
        close_connections(client)
    # Some of aiokafka's tasks wait for ever, even when they are cancelled.
    await asyncio.wait(left, timeout=END_S)


@asynccontextmanager
async def disconnecting(client: C, patience_s: float = STOP_S) -> AsyncIterator[C]:
    """The client as it is, to be started and used within; it is disconnected at the end."""
    try:
        yield client
    finally:
        await disconnect(client, patience_s)
