"""The feed of changes with readers that take nothing, and with a stream that forgets."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from omnistate.adapters.redis.change_stream import BEGINNING, ChangeStream, position_of
from omnistate.process.projection import change_feed
from omnistate.process.projection.change_feed import CHANGES_AT_ONCE, CLOSING_S, ChangeFeed
from omnistate.projections.keys import Keys

from tests.harness.waiting import eventually, stretch

REQUEST = "GET /changes HTTP/1.1\r\nHost: here\r\n{}\r\n"


class Stream(ChangeStream):
    """A stream in memory: changes by their ids, which are whole numbers with `-0`."""

    def __init__(self, first: int, last: int, size: int = 1) -> None:
        super().__init__("redis://nowhere", Keys())
        self.first, self.last = first, last
        self._event = "x" * size
        # A reader's question is answered once this is set.
        self.answering = asyncio.Event()
        self.answering.set()

    async def first_id(self) -> str | None:
        return f"{self.first}-0" if self.first <= self.last else None

    async def last_id(self) -> str:
        return f"{self.last}-0" if self.first <= self.last else BEGINNING

    async def after(self, last_id: str, count: int, wait_ms: int) -> list[tuple[str, str]]:
        await self.answering.wait()
        begin = max(position_of(last_id)[0] + 1, self.first)
        found = [
            (f"{number}-0", self._event)
            for number in range(begin, min(begin + count, self.last + 1))
        ]
        if not found:
            await asyncio.sleep(wait_ms / 10_000)
        return found


@asynccontextmanager
async def served(feed: ChangeFeed) -> AsyncIterator[int]:
    """Serve the feed; the port."""
    app = web.Application()
    app.router.add_get("/changes", feed.follow)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await feed.close()
        await runner.cleanup()


@asynccontextmanager
async def following(
    port: int, last_id: str | None = None, limit: int = 65_536
) -> AsyncIterator[asyncio.StreamReader]:
    """A reader that takes no more than it is made to."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=limit)
    head = "" if last_id is None else f"Last-Event-ID: {last_id}\r\n"
    writer.write(REQUEST.format(head).encode())
    try:
        yield reader
    finally:
        writer.transport.abort()


async def told(reader: asyncio.StreamReader, until: str) -> list[str]:
    """Events and ids up to this id."""
    found: list[str] = []
    while until not in found:
        line = (await reader.readline()).decode().strip()
        assert line or not reader.at_eof(), found
        if line == "event: gap" or line.startswith("id: "):
            found.append(line.partition(": ")[2])
    return found


def readers_of(feed: ChangeFeed) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return feed.readers

    return count


async def stuck(feed: ChangeFeed, reader: asyncio.StreamReader) -> None:
    """Return once a reader that takes nothing more has been given all that there is room for."""
    await reader.readline()
    await asyncio.sleep(0.3)
    assert feed.readers == 1


@pytest.mark.slow
async def test_the_end_does_not_wait_for_whoever_takes_nothing() -> None:
    async def run() -> None:
        feed = ChangeFeed(Stream(1, 1_000_000, size=20_000))
        async with served(feed) as port, following(port, "5-0", limit=1_024) as reader:
            await stuck(feed, reader)
            began_s = time.monotonic()
            await feed.close()
            assert feed.readers == 0
            assert CLOSING_S - 0.1 < time.monotonic() - began_s < CLOSING_S + stretch(1)

    began_s = time.monotonic()
    await run()
    assert time.monotonic() - began_s < stretch(8), "the web server's own end is not held up either"


async def test_whoever_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_feed, "PATIENCE_S", 0.5)
    feed = ChangeFeed(Stream(1, 1_000_000, size=20_000))
    async with served(feed) as port, following(port, "5-0", limit=1_024) as reader:
        await stuck(feed, reader)
        await eventually("let go", readers_of(feed), lambda count: count == 0)
        taken = await reader.read()
        assert not taken.endswith(b"0\r\n\r\n"), "cut off: they have missed something"


async def test_whoever_reads_on_ends_at_once_and_in_order() -> None:
    feed = ChangeFeed(Stream(1, 10))
    async with served(feed) as port, following(port, "5-0") as reader:
        assert await told(reader, "10-0") == [f"{number}-0" for number in range(6, 11)]
        began_s = time.monotonic()
        await feed.close()
        assert time.monotonic() - began_s < stretch(1)
        await reader.readuntil(b"0\r\n\r\n")


async def test_what_a_slow_reader_has_lost_is_said_once() -> None:
    stream = Stream(1, 1_000)
    feed = ChangeFeed(stream)
    async with served(feed) as port, following(port, "900-0") as reader:
        assert "gap" not in await told(reader, "1000-0")
        # While they take nothing, the stream goes on and forgets.
        stream.answering.clear()
        await asyncio.sleep(0.2)
        stream.first, stream.last = 2_000, 3_000
        stream.answering.set()
        found = await told(reader, "3000-0")
        assert found[:2] == ["gap", "2000-0"]
        assert found.count("gap") == 1


async def test_a_reader_who_keeps_up_or_begins_hears_of_no_gap() -> None:
    stream = Stream(1, 0)
    feed = ChangeFeed(stream)
    async with served(feed) as port, following(port) as reader:
        assert await reader.readuntil(b": following\n") != b""
        stream.last = 2 * CHANGES_AT_ONCE
        assert "gap" not in await told(reader, f"{stream.last}-0")


@pytest.mark.parametrize(
    ("said", "first", "last", "missed"),
    [("7-0", 8, 600, True), ("7-0", 7, 600, False), ("7-0", 9, 8, True), (None, 9, 8, False)],
)
async def test_who_comes_back_hears_what_may_be_missing(
    said: str | None, first: int, last: int, missed: bool
) -> None:
    stream = Stream(first, last)
    feed = ChangeFeed(stream)
    async with served(feed) as port, following(port, said) as reader:
        await reader.readuntil(b": following\n")
        await asyncio.sleep(0.1)
        # So that there is something to wait for where the stream was empty.
        stream.last += 5
        found = await told(reader, f"{stream.last}-0")
        assert found.count("gap") == int(missed)
        assert (found[0] == "gap") is missed
