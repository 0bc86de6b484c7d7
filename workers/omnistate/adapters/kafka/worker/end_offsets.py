"""Where partitions end, asked for many askers at once.

A connection of its own: behind a fetch that waits for data an answer would wait, too.
"""

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition

from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import look_at, translated

Ends = dict[TopicPartition, int]


class EndOffsets:
    """Asks for the ends of committed records; whoever asks meanwhile shares the next round."""

    def __init__(self, connection: Connection) -> None:
        """Nothing is connected until `start`."""
        self._consumer: AIOKafkaConsumer = connection.consumer()
        self._wanted: set[TopicPartition] = set()
        self._answer: asyncio.Future[Ends] | None = None
        self._rounds: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect. Raises LogUnavailable."""
        with translated():
            await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect; whoever still waits gets LogUnavailable."""
        if self._rounds is not None:
            self._rounds.cancel()
            await asyncio.gather(self._rounds, return_exceptions=True)
        await disconnect(self._consumer, LEAVE_S)

    async def ask(self, *partitions: TopicPartition) -> Ends:
        """The offset after the last committed record of each, as of a time after this call.

        Raises LogUnavailable.
        """
        self._wanted.update(partitions)
        if self._answer is None:
            self._answer = asyncio.get_running_loop().create_future()
            # Whoever asked may have been cancelled; a failure then is nobody's.
            self._answer.add_done_callback(look_at)
        answer = self._answer
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.create_task(self._ask_in_rounds())
        with translated():
            found = await asyncio.shield(answer)
        return {partition: found[partition] for partition in partitions}

    async def beginnings(self, *partitions: TopicPartition) -> Ends:
        """The offset of the first record that is still there of each. Raises LogUnavailable."""
        with translated():
            found: Ends = await self._consumer.beginning_offsets(partitions)
            return found

    async def _ask_in_rounds(self) -> None:
        while self._answer is not None:
            wanted, answer = self._wanted, self._answer
            self._wanted, self._answer = set(), None
            try:
                answer.set_result(await self._consumer.end_offsets(wanted))
            except asyncio.CancelledError:
                answer.set_exception(ConnectionError("stopped"))
                raise
            except Exception as error:
                answer.set_exception(error)
