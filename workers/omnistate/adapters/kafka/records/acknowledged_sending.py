"""Sending records that may come twice: each is acknowledged, none is part of a transaction.

For whoever gives its records ids that are the same for the same decision, and goes on meanwhile: a
broker that is slow with one partition holds up nobody else. A producer that failed is ended, since
an idempotent one may refuse all that follows; the next records get another.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer

from omnistate.adapters.kafka.clients.client_shutdown import disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import look_at, translated
from omnistate.adapters.kafka.internals.sending import sender_of
from omnistate.stream.ports import LogUnavailable, Outgoing

# With more under way the next are not handed over before some of them are acknowledged.
UNDER_WAY_MAX: Final = 10_000


class AcknowledgedSending:
    """Connects with the first `send`; `stop` ends it."""

    def __init__(self, connection: Connection) -> None:
        """Nothing is connected yet."""
        self._connection = connection
        self._producer: AIOKafkaProducer | None = None
        self._under_way: set[asyncio.Future[None]] = set()

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Hand them over, in order for each key; `check` says what was not taken.

        Raises LogUnavailable; then some of them, and of those before, may have been appended, or
        may still be.
        """
        try:
            with translated():
                producer = await self._connect()
                self._look(producer)
                while len(self._under_way) > UNDER_WAY_MAX:
                    either = {sender_of(producer), *self._under_way}
                    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                    self._look(producer)
                for each in records:
                    self._under_way.add(await self._submit(producer, each))
        except BaseException:
            await self.stop()
            raise

    async def check(self) -> None:
        """Raise LogUnavailable where something that was handed over was not taken."""
        if self._producer is None:
            return
        try:
            with translated():
                self._look(self._producer)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Disconnect; may be called at any time, and again."""
        producer, self._producer = self._producer, None
        self._under_way.clear()
        if producer is not None:
            await disconnect(producer)

    def _look(self, producer: AIOKafkaProducer) -> None:
        if sender_of(producer).done():
            raise LogUnavailable("the producer died within")
        done = {each for each in self._under_way if each.done()}
        self._under_way -= done
        for each in done:
            each.result()

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
