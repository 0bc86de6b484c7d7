"""A port under idle, slow and many connections, with real sockets on the loopback interface."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web
from omnistate.process.event_loop import new_event_loop
from omnistate.process.web_port import WebPort, lift_limit

from tests.harness.ports import HOST
from tests.harness.waiting import eventually

# More than the kernel keeps for a reader who takes nothing.
MUCH = 16_000_000
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


async def _much(_: web.Request) -> web.Response:
    return web.Response(body=bytes(MUCH))


async def _for_ever(request: web.Request) -> web.StreamResponse:
    lift_limit(request)
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"begun")
    await asyncio.Event().wait()
    return response


@asynccontextmanager
async def serving(**bounds: float) -> AsyncIterator[WebPort]:
    app = web.Application()
    found = WebPort(app, HOST, 0, **bounds)  # type: ignore[arg-type]
    for path, handler in (("/", _hello), ("/much", _much), ("/for-ever", _for_ever)):
        app.router.add_get(path, handler)
    await found.start()
    try:
        yield found
    finally:
        await found.stop()


@asynccontextmanager
async def connected(port: WebPort, *said: bytes) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection(HOST, port.port, limit=1_024)
    writer.write(b"".join(said))
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def ask(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode()


async def status(port: WebPort, path: str = "/") -> int:
    async with connected(port, ask(path)) as (reader, _):
        line = await reader.readline()
        return int(line.split()[1]) if line else 0


async def test_idle_connections_make_room_for_whoever_asks() -> None:
    async with AsyncExitStack() as many, serving(connections_max=20) as port:
        for _ in range(100):
            await many.enter_async_context(connected(port))
        assert await status(port) == 200
        assert await status(port, "/nothing") == 404
        assert port.connections <= 20


@pytest.mark.slow
async def test_where_all_are_at_work_the_next_is_told_to_come_back() -> None:
    async with AsyncExitStack() as many, serving(connections_max=3) as port:
        for _ in range(3):
            reader, _ = await many.enter_async_context(connected(port, ask("/for-ever")))
            await reader.readuntil(b"begun")
        assert await status(port) == 503
        assert port.connections == 3


async def test_who_says_nothing_or_never_ends_their_headers_is_let_go() -> None:
    async with serving(idle_s=0.2) as port:
        for said in (b"", b"GET / HTTP/1.1\r\nHost:", ask("/")):
            async with connected(port, said) as (reader, writer):
                for _ in range(3):
                    # Trickled headers are no sign of life.
                    writer.write(b"x" if said and not said.endswith(b"\r\n\r\n") else b"")
                    await asyncio.sleep(0.05)
                taken = await reader.read(-1)
                assert taken.startswith(b"HTTP/1.1 200") is said.endswith(b"\r\n\r\n")


async def test_who_does_not_take_their_answer_is_let_go() -> None:
    async with serving(request_s=0.3) as port, connected(port, ask("/much")) as (reader, _):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")

        async def open_now() -> int:
            return port.connections

        await eventually("let go", open_now, lambda count: count == 0)


async def test_an_endless_answer_is_not_cut_off() -> None:
    async with serving(request_s=0.1) as port, connected(port, ask("/for-ever")) as (reader, _):
        await reader.readuntil(b"begun")
        await asyncio.sleep(0.4)
        assert port.connections == 1


def test_the_same_on_the_loop_of_the_workers() -> None:
    async def run() -> None:
        async with AsyncExitStack() as many, serving(connections_max=20, idle_s=0.5) as port:
            for _ in range(100):
                await many.enter_async_context(connected(port))
            assert await status(port) == 200
            assert port.connections <= 20

            async def open_now() -> int:
                return port.connections

            await eventually("let go", open_now, lambda count: count == 0)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(run())


async def test_who_goes_before_the_answer_is_no_error_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await gone.wait()
        return web.Response(text="too late")

    app = web.Application()
    port = WebPort(app, HOST, 0)
    app.router.add_get("/slow", slow)
    await port.start()
    try:
        async with connected(port, ask("/slow")):
            await asyncio.sleep(0.1)

        async def open_now() -> int:
            return port.connections

        await eventually("gone", open_now, lambda count: count == 0)
        gone.set()
        await asyncio.sleep(0.1)
        assert caplog.messages == []
    finally:
        await port.stop()
