"""Sending records that may come twice: each is acknowledged, none is part of a transaction.

For whoever gives its records ids that are the same for the same decision. A producer that failed is
ended, since an idempotent one may refuse all that follows; the next records get another.
"""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from omnistate.adapters.kafka.clients.client_shutdown import disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import look_at, translated
from omnistate.stream.ports import Outgoing


class AcknowledgedSending:
    """Connects with the first `send`; `stop` ends it."""

    def __init__(self, connection: Connection) -> None:
        """Nothing is connected yet."""
        self._connection = connection
        self._producer: AIOKafkaProducer | None = None

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Return when all are acknowledged, in order for each key. Raises LogUnavailable.

        Then some of them may have been appended, or may still be.
        """
        try:
            with translated():
                producer = await self._connect()
                acknowledgements = [await self._submit(producer, each) for each in records]
                await asyncio.gather(*acknowledgements)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Disconnect; may be called at any time, and again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await disconnect(producer)

    async def _connect(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = self._connection.producer()
            await self._producer.start()
        return self._producer

    async def _submit(self, producer: AIOKafkaProducer, record: Outgoing) -> "asyncio.Future[None]":
        acknowledgement: asyncio.Future[None] = await producer.send(
            self._connection.physical(record.topic),
            key=record.key,
            value=record.value,
            headers=list(record.headers),
        )
        # Nobody looks at those behind the first that fails.
        acknowledgement.add_done_callback(look_at)
        return acknowledgement
