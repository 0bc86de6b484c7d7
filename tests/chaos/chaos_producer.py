"""The generator's producer: idempotent, so that each batch is acknowledged once."""

import asyncio
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.harness.tied_process import PATIENCE_S

DROP_S: Final = 3.0
RETRY_S: Final = 0.3
BATCH_BYTES_MAX: Final = 900_000


def make_producer(brokers: str) -> AIOKafkaProducer:
    """One that is to be started."""
    return AIOKafkaProducer(
        bootstrap_servers=brokers,
        client_id="chaos",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES_MAX,
        # Also the time after which a batch without a known leader is given up.
        request_timeout_ms=120_000,
        retry_backoff_ms=50,
    )


async def open_patiently(brokers: str) -> AIOKafkaProducer:
    """A started one, as soon as brokers are there."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            producer = make_producer(brokers)
            try:
                await producer.start()
            except (KafkaError, OSError):
                await producer.stop()
                await asyncio.sleep(RETRY_S)
            else:
                return producer


async def drop(producer: AIOKafkaProducer) -> None:
    """End a producer, with what it has not delivered and without the end of its transaction."""
    # `stop` waits for what was never delivered; where brokers are gone, that is for ever.
    stopping = asyncio.ensure_future(producer.stop())
    await asyncio.wait([stopping], timeout=DROP_S)
    if not stopping.done():
        producer._sender.sender_task.cancel()
        stopping.cancel()
        await producer.client.close()
    await asyncio.gather(stopping, return_exceptions=True)
