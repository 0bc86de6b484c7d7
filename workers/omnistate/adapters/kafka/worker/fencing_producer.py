"""The life of a transactional producer: started to fence, asked whether it lives.

aiokafka's producer dies within when it is fenced, and waits for ever where it is asked after that.
Its end is in `client_shutdown`.
"""

import asyncio
from typing import Final

from aiokafka import AIOKafkaProducer

from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import translated
from omnistate.adapters.kafka.internals.sending import sender_of
from omnistate.stream.ports import Fenced

START_S: Final = 30.0


async def start_producer(
    connection: Connection, transactional_id: str, transaction_timeout_ms: int
) -> AIOKafkaProducer:
    """A producer under this id of ours; one that had it before can write nothing more.

    The heir of a dead owner aborts at once; the timeout is for a partition that nobody takes over.
    Raises LogUnavailable.
    """
    producer = connection.producer(
        transactional_id=connection.physical(transactional_id),
        transaction_timeout_ms=transaction_timeout_ms,
    )
    try:
        with translated():
            async with asyncio.timeout(START_S):
                await producer.start()
    except BaseException:
        await disconnect(producer, LEAVE_S)
        raise
    return producer


def check_alive(producer: AIOKafkaProducer) -> None:
    """Raise what a producer died of, Fenced where it was closed: asking it would wait for ever."""
    sender = sender_of(producer)
    if sender.done():
        error = None if sender.cancelled() else sender.exception()
        raise error or Fenced("the producer was closed for another one")
