"""The workers' event loop: uvloop, for its sockets cost less than asyncio's.

Writing to a connection that is gone is what asyncio makes of it: lost. uvloop raises RuntimeError,
which aiokafka's background tasks do not expect from a broker that was killed, and would die of.
"""

import asyncio
from typing import Any

import uvloop


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A loop that nobody runs yet."""
    return _Loop()


class _Loop(uvloop.Loop):
    async def create_connection(self, *args: Any, **options: Any) -> tuple[Any, Any]:
        transport, protocol = await super().create_connection(*args, **options)
        return _Transport(transport), protocol


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
