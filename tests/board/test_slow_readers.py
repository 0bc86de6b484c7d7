"""What readers of the changes cost who take nothing: bounded, however long the changes are."""

import asyncio
import tracemalloc
from contextlib import AsyncExitStack

import pytest
from omnistate.process.projection.change_feed import BYTES_AT_ONCE, ChangeFeed

from tests.board.test_change_feed import Stream, following, served
from tests.harness.waiting import eventually

READERS = 20
# What lies here for one: a text, its bytes, what the transport and the kernel have not got rid of.
COPIES = 8


class Counted(Stream):
    """A stream that makes each event anew, as Redis does, and knows how many readers have asked."""

    def __init__(self, size: int) -> None:
        super().__init__(1, 1_000_000)
        self.size = size
        self.answers = 0

    async def after(self, last_id: str, count: int, wait_ms: int) -> list[tuple[str, str]]:
        found = await super().after(last_id, count, wait_ms)
        self.answers += 1
        return [(id_, "x" * self.size) for id_, _ in found]


@pytest.mark.parametrize("size", [2_000, 40_000])
async def test_twenty_slow_readers_cost_a_few_megabytes(size: int) -> None:
    stream = Counted(size)
    feed = ChangeFeed(stream)
    tracemalloc.start()
    try:
        async with served(feed) as port, AsyncExitStack() as many:
            before, _ = tracemalloc.get_traced_memory()
            for _ in range(READERS):
                reader = await many.enter_async_context(following(port, "5-0", limit=1_024))
                await reader.readline()
            given = 0

            async def grown() -> int:
                """Answers since the last look: 0 once all are stuck."""
                nonlocal given
                await asyncio.sleep(0.3)
                since, given = stream.answers - given, stream.answers
                return since

            await eventually("stuck", grown, lambda since: since == 0)
            now, _ = tracemalloc.get_traced_memory()
            assert feed.readers == READERS
            # Two changes at the least, and what the readers themselves have buffered.
            most = READERS * COPIES * max(BYTES_AT_ONCE, 2 * size)
            assert now - before < most
    finally:
        tracemalloc.stop()
