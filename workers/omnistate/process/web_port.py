"""A port that serves pages: no crowd of idle or slow connections takes it, or the process, away.

Bounded are the connections, how long one may be silent or take over its headers, and how long a
request may take until its answer has been taken. It knows no page, and nothing of what is served.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, cast

from aiohttp import web

# A process has files for Kafka and Redis to open, too: 1,024 in all where nobody raised it.
CONNECTIONS_MAX: Final = 256
IDLE_S: Final = 10.0
REQUEST_S: Final = 30.0
# Whoever has not taken their answer so long after the end began goes without it.
END_S: Final = 1.0
CROWDED: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Retry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LIMIT: Final = web.RequestKey("limit", asyncio.Timeout)


def lift_limit(request: web.Request) -> None:
    """Let this request take as long as it likes: whoever answers it bounds it otherwise."""
    limit = request.get(_LIMIT)
    if limit is not None:
        limit.reschedule(None)


class WebPort:
    """One port, serving one application from `start` to `stop`."""

    def __init__(
        self,
        app: web.Application,
        host: str,
        port: int,
        *,
        connections_max: int = CONNECTIONS_MAX,
        idle_s: float = IDLE_S,
        request_s: float = REQUEST_S,
    ) -> None:
        """`app` has no middleware yet: the bounds go round all of them. `port` 0 is any free one.

        Where there are `connections_max` already, the oldest that waits for a request makes room
        for the next; where all are at work, the next is told to come back.
        """
        app.middlewares.append(self._bound)
        self._app = app
        self._host, self._asked_port = host, port
        self._connections_max, self._request_s = connections_max, request_s
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=idle_s, shutdown_timeout=END_S
        )
        self._listening: asyncio.Server | None = None
        self._at_work: set[object] = set()

    @property
    def port(self) -> int:
        """Where it listens, once it has started."""
        assert self._listening is not None
        return int(self._listening.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._open())

    async def start(self) -> None:
        """Listen. Raises OSError."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._admit, self._host, self._asked_port)

    async def stop(self) -> None:
        """Listen no more, let requests under way end, disconnect; may be called again."""
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()

    def _open(self) -> list[web.RequestHandler]:
        server = self._runner.server
        return [] if server is None else [each for each in server.connections if each.transport]

    def _admit(self) -> asyncio.BaseProtocol:
        server = self._runner.server
        if server is None:
            return _Crowded()
        there = self._open()
        if len(there) >= self._connections_max:
            idle = next((each for each in there if each not in self._at_work), None)
            if idle is None:
                return _Crowded()
            idle.force_close()
        return server()

    @web.middleware
    async def _bound(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer within the time, which ends once the answer has been taken."""
        protocol, response = request.protocol, None
        self._at_work.add(protocol)
        limit = asyncio.timeout(self._request_s)
        request[_LIMIT] = limit
        try:
            async with limit:
                try:
                    response = await handler(request)
                except web.HTTPException as answer:
                    await _write(request, answer)
                    raise
                await _write(request, response)
        except TimeoutError:
            if not limit.expired():
                raise
            if request.transport is not None:
                request.transport.abort()
        finally:
            self._at_work.discard(protocol)
        return response or web.Response(status=503)


async def _write(request: web.Request, response: web.StreamResponse) -> None:
    """What aiohttp would do after the handlers, and then does not do again.

    Whoever has gone meanwhile is no error of ours; aiohttp finds out once more.
    """
    with suppress(ConnectionError):
        await response.prepare(request)
        await response.write_eof()


class _Crowded(asyncio.Protocol):
    """Takes no request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = cast("asyncio.Transport", transport)
        stream.write(CROWDED)
        stream.close()
