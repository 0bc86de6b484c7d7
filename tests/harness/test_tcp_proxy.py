"""The proxy forwards, delays, falls silent and breaks, as it is told."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.harness.ports import HOST
from tests.harness.tcp_proxy import TcpProxy

DELAY_S = 0.3
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1_000):
            writer.write(data)
    writer.close()


@asynccontextmanager
async def echoing() -> AsyncIterator[TcpProxy]:
    server = await asyncio.start_server(_echo, HOST, 0)
    with TcpProxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()
    # Whom the proxy has left hears of it in a moment.
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


@asynccontextmanager
async def connected(proxy: TcpProxy) -> AsyncIterator[Ends]:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def said_back(ends: Ends, data: bytes) -> bytes:
    reader, writer = ends
    writer.write(data)
    return await reader.readexactly(len(data))


async def test_it_forwards_all() -> None:
    async with echoing() as proxy, connected(proxy) as ends:
        much = bytes(range(256)) * 4_000
        assert await said_back(ends, much) == much


async def test_it_is_slow() -> None:
    async with echoing() as proxy, connected(proxy) as ends:
        proxy.delay_s = DELAY_S
        began_s = time.monotonic()
        assert await said_back(ends, b"x") == b"x"
        # There and back.
        assert time.monotonic() - began_s >= 2 * DELAY_S


async def test_it_is_silent_and_goes_on() -> None:
    async with echoing() as proxy, connected(proxy) as ends:
        proxy.silent = True
        answer = asyncio.create_task(said_back(ends, b"x"))
        await asyncio.sleep(DELAY_S)
        assert not answer.done()
        proxy.silent = False
        assert await answer == b"x"


async def test_it_breaks_and_mends() -> None:
    async with echoing() as proxy:
        async with connected(proxy) as ends:
            assert await said_back(ends, b"x") == b"x"
            proxy.broken = True
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await said_back(ends, b"y")
        async with connected(proxy) as ends:
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await said_back(ends, b"y")
        proxy.broken = False
        async with connected(proxy) as ends:
            assert await said_back(ends, b"z") == b"z"
