"""The workers' loop where connections go: what aiokafka relies on, and uvloop alone does not do."""

import asyncio
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop
from omnistate.process.event_loop import new_event_loop

from tests.harness.broker.broker_security import NEW_KEY
from tests.harness.machine import give_up

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


def serve_tls(server: socket.socket, folder: Path, done: threading.Event) -> None:
    """Shake hands with one client, and then hear and say nothing more."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "pem", folder / "key")
    peer, _ = server.accept()
    with context.wrap_socket(peer, server_side=True):
        done.wait()


async def close_without_a_goodbye(server: socket.socket) -> asyncio.StreamWriter:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(*server.getsockname(), ssl=context)
    writer.close()
    return writer


def test_a_closed_connection_whose_peer_says_no_goodbye_is_dropped_at_the_end(
    tmp_path: Path,
) -> None:
    """Under TLS a close waits for the peer's; uvloop hung over it, where warnings are errors."""
    if shutil.which("openssl") is None:
        give_up("no openssl: apt-get install openssl")
    make = ["openssl", "req", "-x509", *NEW_KEY, "-subj", "/CN=x", "-keyout", "key", "-out", "pem"]
    subprocess.run(make, cwd=tmp_path, capture_output=True, check=True)
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        serving = threading.Thread(target=serve_tls, args=(server, tmp_path, done))
        serving.start()
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                writer = runner.run(close_without_a_goodbye(server))
                assert writer.transport.is_closing()
        finally:
            done.set()
            serving.join()


def test_it_is_uvloop_indeed() -> None:
    loop = new_event_loop()
    loop.close()
    assert isinstance(loop, uvloop.Loop)
