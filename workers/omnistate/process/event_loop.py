"""The workers' event loop: uvloop, for its sockets cost less than asyncio's.

Writing to a connection that is gone is what asyncio makes of it: lost. uvloop raises RuntimeError,
which aiokafka's background tasks do not expect from a broker that was killed, and would die of.
A connection that a cancelled client has left open is dropped at the end: uvloop may hang over it,
and over one with TLS that was closed and waits for the peer's goodbye.
"""

import asyncio
from typing import Any, Final

import uvloop

# What uvloop waits for a peer's goodbye under TLS, and then some.
GOODBYE_S: Final = 60.0


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A loop that nobody runs yet."""
    return _Loop()


class _Loop(uvloop.Loop):
    def __init__(self) -> None:
        super().__init__()
        # Since when each is known to be closing; None: it is open.
        self._open: dict[Any, float | None] = {}

    async def create_connection(self, *args: Any, **options: Any) -> tuple[Any, Any]:
        transport, protocol = await super().create_connection(*args, **options)
        self._forget_closed()
        self._open[transport] = None
        return _Transport(transport), protocol

    def close(self) -> None:
        self._forget_closed()
        left, self._open = self._open, {}
        for transport in left:
            transport.abort()
        if left:
            # Their handles are closed by one more turn of the loop.
            self.call_soon(self.stop)
            self.run_forever()
        super().close()

    def _forget_closed(self) -> None:
        for transport, since_s in [*self._open.items()]:
            if not transport.is_closing():
                continue
            tls = transport.get_extra_info("ssl_object") is not None
            if since_s is None and tls:
                self._open[transport] = self.time()
            elif since_s is None or self.time() - since_s > GOODBYE_S:
                del self._open[transport]


class _Transport:
    """A transport of uvloop's that drops what is written after its end."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: Any) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def writelines(self, chunks: Any) -> None:
        if not self._transport.is_closing():
            self._transport.writelines(chunks)
