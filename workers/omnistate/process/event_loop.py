"""The workers' event loop: uvloop, for its sockets cost less than asyncio's.

Writing to a connection that is gone is what asyncio makes of it: lost. uvloop raises RuntimeError,
which aiokafka's background tasks do not expect from a broker that was killed, and would die of.
A connection that a cancelled client has left open is dropped at the end: uvloop may hang over it.
"""

import asyncio
from typing import Any

import uvloop


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A loop that nobody runs yet."""
    return _Loop()


class _Loop(uvloop.Loop):
    def __init__(self) -> None:
        super().__init__()
        self._open: list[Any] = []

    async def create_connection(self, *args: Any, **options: Any) -> tuple[Any, Any]:
        transport, protocol = await super().create_connection(*args, **options)
        self._open = [each for each in self._open if not each.is_closing()]
        self._open.append(transport)
        return _Transport(transport), protocol

    def close(self) -> None:
        left = [each for each in self._open if not each.is_closing()]
        self._open = []
        for transport in left:
            transport.abort()
        if left:
            # Their handles are closed by one more turn of the loop.
            self.call_soon(self.stop)
            self.run_forever()
        super().close()


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
