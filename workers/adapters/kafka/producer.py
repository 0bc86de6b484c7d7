"""The life of a transactional producer: started to fence, asked whether it lives, ended for sure.

aiokafka's producer dies within when it is fenced, and waits for ever where it is asked after that.
"""

import asyncio
from typing import Final

from aiokafka import AIOKafkaProducer

from workers.adapters.kafka.connection import Connection
from workers.adapters.kafka.trouble import translated
from workers.runtime.ports import Fenced

# The heir of a dead owner aborts at once; this is for a partition that nobody takes over.
TRANSACTION_TIMEOUT_MS: Final = 30_000
START_S: Final = 30.0
STOP_S: Final = 1.5


async def start_producer(connection: Connection, transactional_id: str) -> AIOKafkaProducer:
    """A producer under this id of ours; one that had it before can write nothing more.

    Raises LogUnavailable.
    """
    producer = connection.producer(
        transactional_id=connection.physical(transactional_id),
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
    )
    try:
        with translated():
            async with asyncio.timeout(START_S):
                await producer.start()
    except BaseException:
        await end_producer(producer)
        raise
    return producer


def check_alive(producer: AIOKafkaProducer) -> None:
    """Raise what a producer died of, Fenced where it was closed: asking it would wait for ever."""
    sender = producer._sender.sender_task  # noqa: SLF001
    if sender.done():
        error = None if sender.cancelled() else sender.exception()
        raise error or Fenced("the producer was closed for another one")


async def end_producer(producer: AIOKafkaProducer) -> None:
    """Stop a producer that may have died, without waiting for what it could not deliver."""
    sender = producer._sender.sender_task  # noqa: SLF001
    stopping = asyncio.ensure_future(producer.stop())
    done, _ = await asyncio.wait([stopping], timeout=STOP_S)
    left = [stopping] if sender is None else [stopping, sender]
    if not done:
        for task in left:
            task.cancel()
        left.append(asyncio.ensure_future(producer.client.close()))
    # Its sender may wait for ever for a request, even when it is cancelled.
    done, _ = await asyncio.wait(left, timeout=STOP_S)
    for task in done:
        if not task.cancelled():
            # What it died of has been reported where it happened.
            task.exception()
