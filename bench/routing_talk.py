"""The traffic that routers are measured under: whoever is offered something takes it at once.

It says things at a rate and reads what comes of them; it starts no process.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from random import Random
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.broker_fixture import HEADERS
from bench.mix import Said
from bench.routing_centre import Speaker, name_conversation, name_person
from bench.routing_stages import WATCHED, Offer, Stages

TICK_S: Final = 0.01
UNSENT_MAX: Final = 2_000
FETCH_WAIT_MS: Final = 50


class Talk:
    """Says and reads from entry to exit."""

    def __init__(self, brokers: str, prefix: str, people: int, conversations: int) -> None:
        """So many people; conversations are numbered from 0, so many to begin with."""
        self.stages: Final = Stages()
        self._speaker = Speaker(people, round(time.time() * 1_000))
        self._prefix = prefix
        self._people, self._conversations = people, conversations
        self._random = Random(1)
        # In the order in which they were taken up.
        self._held: deque[str] = deque()
        # How often somebody was given room, so that something is offered for it.
        self.freed = 0
        self._producer = AIOKafkaProducer(
            bootstrap_servers=brokers, enable_idempotence=True, linger_ms=5
        )
        self._consumer = AIOKafkaConsumer(
            *(prefix + topic for topic in WATCHED),
            bootstrap_servers=brokers,
            isolation_level="read_committed",
            # What it reads late it takes for late: no fetch holds up what another would bring.
            fetch_max_wait_ms=FETCH_WAIT_MS,
            auto_offset_reset="latest",
            enable_auto_commit=False,
        )
        self._unsent: set[asyncio.Future[Any]] = set()
        # Whoever reads never waits for what is said to be taken: its clock would.
        self._offered: asyncio.Queue[Offer] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Connect; what is read begins now."""
        await self._consumer.start()
        await self._consumer.seek_to_end()
        await self._producer.start()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._accept())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._producer.stop()
        await self._consumer.stop()

    @property
    def started(self) -> int:
        """How many conversations have been started."""
        return self._conversations

    async def start_all(self) -> None:
        """Start the conversations that there are to begin with."""
        await self._say(self._speaker.start(number) for number in range(self._conversations))
        await self._flush()

    async def sign_in_all(self) -> None:
        """Everybody is available."""
        await self._say(self._speaker.sign_in(name_person(each)) for each in range(self._people))
        await self._flush()

    async def await_offers(self, wanted: int, timeout_s: float) -> None:
        """Until so many have been made. Raises TimeoutError."""
        try:
            async with asyncio.timeout(timeout_s):
                while len(self.stages.offers) < wanted:
                    self._check()
                    await asyncio.sleep(TICK_S)
        except TimeoutError:
            made = len(self.stages.offers)
            raise TimeoutError(f"{made} of {wanted} offers in {timeout_s:g} s") from None

    async def drive(self, seconds: float, assignments_per_s: float, changes_per_s: float) -> None:
        """So many get room a second, as many come, and so many change, for so long."""
        began_s = then_s = time.perf_counter()
        rooms = changes = 0.0
        while then_s - began_s < seconds:
            self._check()
            await asyncio.sleep(TICK_S)
            now_s = time.perf_counter()
            rooms += assignments_per_s * (now_s - then_s)
            changes += changes_per_s * (now_s - then_s)
            then_s = now_s
            while rooms >= 1:
                rooms -= 1
                await self._free_somebody()
            await self._say(self._change() for _ in range(int(changes)))
            changes -= int(changes)
        await self._flush()

    async def _free_somebody(self) -> None:
        if self._held:
            self.freed += 1
            await self._say([self._speaker.close(self._held.popleft())])
        await self._say([self._speaker.start(self._conversations)])
        self._conversations += 1

    def _change(self) -> Said:
        """One of the newest: the oldest of the rest may be over."""
        span = min(self._conversations, self._open())
        number = self._conversations - 1 - self._random.randrange(max(1, span))
        return self._speaker.change(name_conversation(number))

    def _open(self) -> int:
        return self._conversations - len(self.stages.offers) + len(self._held)

    def _check(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    async def _say(self, said: Iterable[Said]) -> None:
        for each in said:
            future = await self._producer.send(
                self._prefix + each.topic, each.value, each.key, headers=HEADERS
            )
            self._unsent.add(future)
            future.add_done_callback(self._unsent.discard)
            if len(self._unsent) >= UNSENT_MAX:
                await self._flush()

    async def _flush(self) -> None:
        await asyncio.gather(*self._unsent)

    async def _read(self) -> None:
        stages, topics = self.stages, {self._prefix + topic: topic for topic in WATCHED}
        while True:
            found = await self._consumer.getmany(timeout_ms=200)
            now_s = time.perf_counter()
            for place in sorted(found, key=lambda each: WATCHED.index(topics[each.topic])):
                values = [record.value for record in found[place] if record.value is not None]
                stages.take(topics[place.topic], values, now_s)
            while stages.fresh:
                self._offered.put_nowait(stages.fresh.popleft())

    async def _accept(self) -> None:
        while True:
            offer = await self._offered.get()
            self._held.append(offer.conversation_id)
            await self._say([self._speaker.accept(offer.conversation_id, offer.representative_id)])
