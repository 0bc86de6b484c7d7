"""The generator: a thread that keeps publishing, whatever becomes of the brokers.

One lane a partition: consecutive events of one topic go as a batch, and the next batch waits for
its acknowledgement, so that a conversation's inputs are appended in causal order. An idempotent
producer of aiokafka never gives a batch up, so each is acknowledged once, sooner or later.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Final, NamedTuple

from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from tests.chaos.chaos_producer import (
    BATCH_BYTES_MAX,
    drop,
    make_producer,
    open_patiently,
)
from tests.chaos.chaos_traffic import Event
from tests.chaos.journal import Journal
from tests.harness.tied_process import PATIENCE_S

TICK_S: Final = 0.02
BATCH_RECORDS_MAX: Final = 500
# While brokers are away, gateways hold back rather than pile up.
PENDING_MAX: Final = 3_000


class Sent(NamedTuple):
    """What an errand has put on an input of its partition, and where the broker put it."""

    topic: str
    events: Sequence[Event]
    offset: int
    append_ms: int


# Something to do in a lane's turn, so that offsets stay known: in the generator's thread.
Errand = Callable[[], Awaitable[Sent]]


class Generator:
    """Publishes a stream at a rate; `start` it, and `stop` it whatever happens."""

    def __init__(
        self, brokers: str, prefix: str, journal: Journal, stream: Iterable[Event], rate: float
    ) -> None:
        self.journal = journal
        self.failure: BaseException | None = None
        self._brokers = brokers
        self._prefix = prefix
        self._stream: Iterator[Event] = iter(stream)
        self._rate = rate
        self._lanes = [_Lane(number) for number in range(journal.partitions)]
        self._flowing = False
        self._inbox: deque[Event | tuple[int, Errand]] = deque()
        # Codec of aiokafka's record batches: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
        self.codec = 0
        self._loop = asyncio.new_event_loop()
        self._producer: Any = None
        self._main: asyncio.Task[None] | None = None
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="generator", daemon=True)

    def start(self) -> None:
        """Return when it is connected; nothing flows before `resume`."""
        self._thread.start()
        self._started.result(timeout=PATIENCE_S)

    def stop(self) -> None:
        """End the thread; may be called at any time."""
        if self._main is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._main.cancel)
        if self._thread.is_alive():
            self._thread.join(timeout=PATIENCE_S)

    def resume(self) -> None:
        """Let the stream flow."""
        self._flowing = True

    async def hold(self, timeout_s: float = PATIENCE_S) -> None:
        """Stop the stream and wait until everything is acknowledged."""
        self._flowing = False
        async with asyncio.timeout(timeout_s):
            while self.pending:
                self.check()
                await asyncio.sleep(0.02)

    def check(self) -> None:
        """Raise RuntimeError where its thread has died."""
        if self.failure is not None:
            raise RuntimeError("the generator has died") from self.failure

    def put(self, events: Iterable[Event]) -> None:
        """Publish these as well, behind what is pending."""
        self._inbox.extend(events)

    def run(self, number: int, errand: Errand) -> None:
        """Do this in the lane of a partition, behind what is pending there."""
        self._inbox.append((number, errand))

    async def start_again(self) -> None:
        """As whoever writes is started again: another producer; while no lane sends anything."""

        async def act() -> None:
            await drop(self._producer)
            self._producer = await open_patiently(self._brokers)

        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(act(), self._loop))

    def partition_of(self, key: bytes | None) -> int:
        """Where Kafka's default partitioner puts a key."""
        return int(murmur2(key or b"") & 0x7FFFFFFF) % len(self._lanes)

    @property
    def pending(self) -> int:
        """How many events wait for their acknowledgement."""
        return len(self._inbox) + sum(lane.pending for lane in self._lanes)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._main = self._loop.create_task(self._live())
        try:
            self._loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            pass  # that is how `stop` ends it
        except BaseException as error:
            self.failure = error
            if not self._started.done():
                self._started.set_exception(error)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _live(self) -> None:
        self._producer = producer = make_producer(self._brokers)
        tasks: list[asyncio.Task[None]] = []
        try:
            await producer.start()
            tasks = [asyncio.create_task(self._run_lane(lane)) for lane in self._lanes]
            tasks.append(asyncio.create_task(self._feed()))
            self._started.set_result(None)
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await drop(self._producer)

    async def _feed(self) -> None:
        due, then_s = 0.0, self._loop.time()
        while True:
            await asyncio.sleep(TICK_S)
            passed_s, then_s = self._loop.time() - then_s, self._loop.time()
            while self._inbox:
                # In this order, so that it is pending all the while.
                self._enqueue(self._inbox[0])
                self._inbox.popleft()
            if not self._flowing or self.pending > PENDING_MAX:
                continue
            due += self._rate * passed_s
            for _ in range(int(due)):
                self._enqueue(next(self._stream))
            due -= int(due)

    def _enqueue(self, what: "Event | tuple[int, Errand]") -> None:
        if isinstance(what, Event):
            number = what.partition
            lane = self._lanes[self.partition_of(what.key) if number is None else number]
            lane.events.append(what)
        else:
            lane = self._lanes[what[0]]
            lane.events.append(what[1])
        lane.wake.set()

    async def _run_lane(self, lane: "_Lane") -> None:
        while True:
            await lane.wake.wait()
            lane.wake.clear()
            while lane.events:
                await self._send_run(lane)

    async def _send_run(self, lane: "_Lane") -> None:
        first, sent = lane.events[0], list[Event]()
        if not isinstance(first, Event):
            await self._run_errand(lane, first)
            return
        topic = first.topic
        batch = BatchBuilder(BATCH_BYTES_MAX, self.codec)
        while lane.events and len(sent) < BATCH_RECORDS_MAX:
            event = lane.events[0]
            if not isinstance(event, Event) or event.topic != topic or not _put(batch, event):
                break
            lane.sending = len(sent) + 1
            sent.append(event)
            lane.events.popleft()
        batch.close()
        began_s = self._loop.time()
        future = await self._producer.send_batch(batch, self._prefix + topic, partition=lane.number)
        acknowledged = await future
        self.journal.waits[lane.number].append(self._loop.time() - began_s)
        place = (topic, lane.number)
        self.journal.append(place, sent, acknowledged.offset, acknowledged.timestamp)
        lane.sending = 0

    async def _run_errand(self, lane: "_Lane", errand: Errand) -> None:
        lane.sending = 1
        lane.events.popleft()
        done = await errand()
        self.journal.append((done.topic, lane.number), done.events, done.offset, done.append_ms)
        lane.sending = 0


def _put(batch: Any, event: Event) -> bool:
    """Whether there was room."""
    key, value, headers = event.key, event.value, list(event.headers)
    return batch.append(timestamp=None, key=key, value=value, headers=headers) is not None


class _Lane:
    """What one partition has to send yet."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.events: deque[Event | Errand] = deque()
        self.sending = 0
        self.wake = asyncio.Event()

    @property
    def pending(self) -> int:
        return len(self.events) + self.sending
