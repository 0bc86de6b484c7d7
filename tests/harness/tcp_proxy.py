"""A TCP proxy that can be slow, silent or dead: the network between a client and one server.

It knows no protocol. It runs in a thread of its own, so that whoever sets its delay may be busy.
"""

import asyncio
import contextlib
import threading
from typing import Final

from tests.harness import ports
from tests.harness.server import Startable
from tests.harness.tied_process import PATIENCE_S

CHUNK_BYTES: Final = 1 << 16
# Of one direction of a connection: what is under way when it is slow.
CHUNKS_MAX: Final = 256
HOLD_S: Final = 0.005


class TcpProxy(Startable):
    """Forwards `port` to `target_port`, both on this machine; `with` starts and ends it.

    `delay_s` holds up each byte, `silent` forwards nothing while connections stay open, and
    `broken` resets all connections and takes no new one. Each may be set at any time.
    """

    def __init__(self, target_port: int = 0) -> None:
        self.target_port = target_port
        self.port = 0
        self.delay_s = 0.0
        self.silent = False
        self._broken = False
        self._loop = asyncio.new_event_loop()
        self._serving = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tcp-proxy", daemon=True)
        self._open: set[asyncio.StreamWriter] = set()
        self._ended = asyncio.Event()

    @property
    def broken(self) -> bool:
        """Whether it takes no connection."""
        return self._broken

    @broken.setter
    def broken(self, broken: bool) -> None:
        self._broken = broken
        if broken:
            self._loop.call_soon_threadsafe(self._reset)

    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """Serve; `port` is known then."""
        self._thread.start()
        if not self._serving.wait(timeout_s):
            raise TimeoutError("the proxy does not serve")

    def close(self) -> None:
        """End it with all its connections; may be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connect, ports.HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._serving.set()
        await self._ended.wait()
        server.close()
        self._reset()
        # A reset ends them; a task that is cancelled would be an error to asyncio's streams.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    def _reset(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = {writer}
        try:
            if not self._broken:
                back, forth = await asyncio.open_connection(ports.HOST, self.target_port)
                ends.add(forth)
                self._open |= ends
                await asyncio.gather(self._forward(reader, forth), self._forward(back, writer))
        except OSError:
            # One side has reset it, and so do we on the other one.
            return
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(CHUNKS_MAX)
        writing = asyncio.create_task(self._write(under_way, writer))
        try:
            while data := await reader.read(CHUNK_BYTES):
                await under_way.put((self._loop.time(), data))
        except OSError:
            writer.transport.abort()
        await under_way.put((self._loop.time(), b""))
        await writing

    async def _write(
        self, under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        while True:
            came_s, data = await under_way.get()
            while self.silent or came_s + self.delay_s > self._loop.time():
                if self._ended.is_set() or writer.transport.is_closing():
                    break
                await asyncio.sleep(HOLD_S)
            if not data:
                writer.write_eof()
                return
            # What comes for a connection that is gone is dropped.
            with contextlib.suppress(OSError):
                writer.write(data)
                await writer.drain()
