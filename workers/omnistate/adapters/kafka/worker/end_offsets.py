"""Where partitions begin and end, asked for many askers at once, of each broker by itself.

A connection of its own: behind a fetch that waits for data an answer would wait, too. A broker that
is silent holds up those who ask about its own partitions, and nobody else.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, LeaderNotAvailableError, for_code

from omnistate.adapters.kafka.clients.client_shutdown import LEAVE_S, disconnect
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import look_at, translated
from omnistate.adapters.kafka.internals.offsets import (
    Bound,
    ask_leader,
    leader_of,
    refresh_leaders,
)

# How long a broker may be silent, or a partition without a leader.
PATIENCE_S: Final = 40.0
RETRY_S: Final = 0.1

Ends = dict[TopicPartition, int]


class EndOffsets:
    """Asks brokers for bounds; whoever asks meanwhile shares the broker's next round."""

    def __init__(self, connection: Connection) -> None:
        """Nothing is connected until `start`."""
        self._consumer: AIOKafkaConsumer = connection.consumer()
        self._rounds: dict[tuple[int, Bound], _Rounds] = {}

    async def start(self) -> None:
        """Connect. Raises LogUnavailable."""
        with translated():
            await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect; whoever still waits gets LogUnavailable."""
        await asyncio.gather(*(each.stop() for each in self._rounds.values()))
        await disconnect(self._consumer, LEAVE_S)

    async def ask(self, *partitions: TopicPartition) -> Ends:
        """The offset after the last committed record of each, as of a time after this call.

        Records behind it wait for a transaction that is open. Raises LogUnavailable.
        """
        return await self._ask(Bound.COMMITTED_END, partitions)

    async def high_watermarks(self, *partitions: TopicPartition) -> Ends:
        """The offset after the last record of each, decided or not. Raises LogUnavailable."""
        return await self._ask(Bound.END, partitions)

    async def beginnings(self, *partitions: TopicPartition) -> Ends:
        """The offset of the first record that is still there of each. Raises LogUnavailable."""
        return await self._ask(Bound.BEGINNING, partitions)

    async def _ask(self, bound: Bound, partitions: Iterable[TopicPartition]) -> Ends:
        places = list(partitions)
        with translated():
            found = await asyncio.gather(*(self._ask_one(bound, each) for each in places))
        return dict(zip(places, found, strict=True))

    async def _ask_one(self, bound: Bound, place: TopicPartition) -> int:
        """Of whoever leads it, until somebody answers."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    leader = leader_of(self._consumer, place)
                    if leader is None:
                        raise LeaderNotAvailableError(place)
                    key = (leader, bound)
                    if key not in self._rounds:
                        self._rounds[key] = _Rounds(self._consumer, leader, bound)
                    code, offset = await self._rounds[key].join(place)
                    if code:
                        raise for_code(code)(place)
                except KafkaError as error:
                    if not error.retriable:
                        raise
                    refresh_leaders(self._consumer)
                    await asyncio.sleep(RETRY_S)
                else:
                    return offset


Answers = dict[TopicPartition, tuple[int, int]]


class _Rounds:
    """One broker's: one request after the other, each for all who have asked meanwhile."""

    def __init__(self, consumer: AIOKafkaConsumer, node: int, bound: Bound) -> None:
        self._consumer = consumer
        self._node = node
        self._bound = bound
        self._wanted: set[TopicPartition] = set()
        self._answer: asyncio.Future[Answers] | None = None
        self._task: asyncio.Task[None] | None = None

    async def join(self, place: TopicPartition) -> tuple[int, int]:
        """Error code and offset, as of a time after this call."""
        self._wanted.add(place)
        if self._answer is None:
            self._answer = asyncio.get_running_loop().create_future()
            # Whoever asked may have been cancelled; a failure then is nobody's.
            self._answer.add_done_callback(look_at)
        answer = self._answer
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask_in_rounds())
        return (await asyncio.shield(answer))[place]

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask_in_rounds(self) -> None:
        while self._answer is not None:
            wanted, answer = self._wanted, self._answer
            self._wanted, self._answer = set(), None
            try:
                answer.set_result(await ask_leader(self._consumer, self._node, self._bound, wanted))
            except asyncio.CancelledError:
                answer.set_exception(ConnectionError("stopped"))
                raise
            except Exception as error:
                answer.set_exception(error)
