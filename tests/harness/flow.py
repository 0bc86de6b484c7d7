"""A steady flow through a cluster: what is sent to one topic, and when it was seen on another.

It knows no meaning: a record is found again by its key.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, NamedTuple, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from tests.harness.waiting import eventually

POLL_MS: Final = 50
TICK_S: Final = 0.02


class Passage(NamedTuple):
    """One record: when it was sent, and when it was seen; seconds of the loop's clock."""

    sent_s: float
    seen_s: float

    @property
    def took_s(self) -> float:
        """How long it was under way."""
        return self.seen_s - self.sent_s


class Flow:
    """Records of one partition at a rate; `async with` runs it, and waits for all that was sent."""

    def __init__(
        self,
        brokers: str,
        topics: tuple[str, str],
        partition: int,
        make: Callable[[int], tuple[bytes, bytes]],
        rate: float,
    ) -> None:
        """`topics` are where it is sent to and where it is seen; `make` gives key and value."""
        self._brokers = brokers
        self._topics = topics
        self._partition = partition
        self._make = make
        self._rate = rate
        self._sent: dict[bytes, float] = {}
        self._seen: dict[bytes, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._over = asyncio.Event()

    @property
    def passages(self) -> list[Passage]:
        """Those that have been seen by now."""
        return [Passage(self._sent[key], at_s) for key, at_s in self._seen.items()]

    @property
    def worst_s(self) -> float:
        """The longest that any was under way."""
        return max((each.took_s for each in self.passages), default=0.0)

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._send())]
        await self._until("the first record", lambda _: bool(self._seen))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._over.set()
        try:
            if kind is None:
                await self._tasks[1]
                await self._until("all", lambda _: len(self._seen) == len(self._sent))
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until(self, what: str, holds: Callable[[object], bool]) -> None:
        async def look() -> tuple[int, int]:
            for task in self._tasks:
                if task.done():
                    task.result()
            return len(self._sent), len(self._seen)

        await eventually(what, look, holds)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        async with AIOKafkaProducer(
            bootstrap_servers=self._brokers,
            enable_idempotence=True,
            request_timeout_ms=120_000,
            retry_backoff_ms=50,
        ) as producer:
            due, then_s = 0.0, loop.time()
            while not self._over.is_set():
                await asyncio.sleep(TICK_S)
                due += self._rate * (loop.time() - then_s)
                then_s = loop.time()
                for _ in range(int(due)):
                    key, value = self._make(len(self._sent))
                    self._sent[key] = loop.time()
                    await producer.send(self._topics[0], value, key, partition=self._partition)
                due -= int(due)
            await producer.flush()

    async def _watch(self) -> None:
        place, position = TopicPartition(self._topics[1], self._partition), 0
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._brokers,
                isolation_level="read_committed",
                enable_auto_commit=False,
                retry_backoff_ms=50,
            )
            with contextlib.suppress(KafkaError, OSError):
                try:
                    await consumer.start()
                    consumer.assign([place])
                    consumer.seek(place, position)
                    while True:
                        found = await consumer.getmany(place, timeout_ms=POLL_MS)
                        now_s = asyncio.get_running_loop().time()
                        for record in found.get(place, ()):
                            position = record.offset + 1
                            if record.key in self._sent:
                                self._seen.setdefault(record.key, now_s)
                finally:
                    await consumer.stop()
            await asyncio.sleep(TICK_S)
