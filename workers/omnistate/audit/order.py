"""The order recorded: a partition's inputs as its worker took them, batch by batch.

Each position says where a batch ended. Within a batch a worker merges its inputs by time, the
first of them first on equal times. A stretch that is longer than any batch has lost the positions
within it to compaction; it is merged by time as a whole, which the order may or may not have been.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Final, NamedTuple, Protocol

from omnistate.audit.cut import Cut, Positioned, Reached, read_positions
from omnistate.audit.source import TopicReader
from omnistate.stream.ports import Record

# Far more than any batch has; offsets that hold no record count, too.
BATCH_OFFSETS_MAX: Final = 20_000
PART_RECORDS: Final = 1_000


class Stretch(NamedTuple):
    """Inputs in order; `reached` is the position after them, where one is known."""

    records: Sequence[Record]
    reached: Reached | None = None
    place: tuple[str, int, int] = ("", 0, 0)
    assumed: bool = False


class Consuming(Positioned, Protocol):
    """A worker's layout: whose inputs, the first of them first on equal times."""

    @property
    def inputs(self) -> Sequence[str]:
        """The topics that its inputs are on."""


class Feed:
    """One input of a partition, taken bit by bit."""

    def __init__(self, chunks: AsyncIterator[Sequence[Record]]) -> None:
        """Nothing is read yet."""
        self._chunks = chunks
        self._waiting: deque[Record] = deque()

    async def until(self, offset: int, most: int) -> list[Record]:
        """The next records before `offset`, no more than so many."""
        taken: list[Record] = []
        while len(taken) < most:
            if not self._waiting:
                chunk = await anext(self._chunks, None)
                if chunk is None:
                    break
                self._waiting.extend(chunk)
            elif self._waiting[0].offset < offset:
                taken.append(self._waiting.popleft())
            else:
                break
        return taken


async def read_order(
    reader: TopicReader, layout: Consuming, partition: int, cut: Cut
) -> AsyncGenerator[Stretch, None]:
    """Everything that a partition took up to the cut."""
    taken = [0] * len(layout.inputs)
    async with AsyncExitStack() as opened:
        feeds = []
        for topic in layout.inputs:
            chunks = reader.records(topic, partition, 0, cut.offset(partition, topic))
            feeds.append(Feed(await opened.enter_async_context(aclosing(chunks))))
        positions = read_positions(reader, layout, partition, cut.ends[partition])
        async for record, reached in await opened.enter_async_context(aclosing(positions)):
            if reached is None:
                continue
            place = (record.topic, record.partition, record.offset)
            until = [reached.offsets.get(topic, 0) for topic in layout.inputs]
            assumed = sum(until) - sum(taken) > BATCH_OFFSETS_MAX
            batch: list[Record] = []
            async for records in _merge(feeds, until):
                if assumed:
                    yield Stretch(records, assumed=True)
                else:
                    batch += records
            yield Stretch(batch, reached, place, assumed)
            taken = [max(pair) for pair in zip(until, taken, strict=True)]


async def _merge(feeds: Sequence[Feed], until: Sequence[int]) -> AsyncIterator[list[Record]]:
    """The inputs up to these offsets merged by time, in parts of bounded size."""
    waiting: list[deque[Record]] = [deque() for _ in feeds]
    while True:
        for queue, feed, end in zip(waiting, feeds, until, strict=True):
            if not queue:
                queue.extend(await feed.until(end, PART_RECORDS))
        if not any(waiting):
            return
        # Whoever is empty now has nothing more; the others go on until one of them runs out.
        alive = [queue for queue in waiting if queue]
        merged: list[Record] = []
        while all(alive):
            first = min(alive, key=lambda queue: queue[0].timestamp_ms)
            merged.append(first.popleft())
        yield merged
