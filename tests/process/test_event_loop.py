"""The workers' loop where connections go: what aiokafka relies on, and uvloop alone does not do."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
import uvloop
from omnistate.process.event_loop import new_event_loop

HELLO = b"hello"
RESET = struct.pack("ii", 1, 0)


async def write_after_a_reset() -> bytes:
    """Connect to somebody who answers and breaks off, and write on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        reader, writer = await asyncio.open_connection(*server.getsockname())
        peer, _ = server.accept()
        peer.sendall(HELLO)
        heard = await reader.readexactly(len(HELLO))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        peer.close()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await asyncio.sleep(0.05)
        writer.write(b"more")
        # From 3.12 on asyncio's own raises here; ours does not.
        if isinstance(asyncio.get_running_loop(), uvloop.Loop):
            writer.writelines([b"and", b"more"])
        assert writer.transport.is_closing()
        writer.close()
        return heard


def run(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> bytes:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(write_after_a_reset())


@pytest.mark.parametrize("new_loop", [new_event_loop, asyncio.new_event_loop])
def test_what_is_written_to_a_connection_that_is_gone_is_lost(
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    assert run(new_loop) == HELLO


def test_uvloop_alone_would_raise() -> None:
    """Where it does not any more, `omnistate.process.event_loop` can go."""
    with pytest.raises(RuntimeError, match="closed"):
        run(uvloop.new_event_loop)


async def leave_open(server: socket.socket) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection(*server.getsockname())
    return writer


def test_a_connection_that_somebody_has_left_open_is_dropped_at_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            writer = runner.run(leave_open(server))
            peer, _ = server.accept()
            assert not writer.transport.is_closing()
        with peer, suppress(ConnectionResetError):
            assert peer.recv(1) == b""
        assert writer.transport.is_closing()


def test_it_is_uvloop_indeed() -> None:
    loop = new_event_loop()
    loop.close()
    assert isinstance(loop, uvloop.Loop)
