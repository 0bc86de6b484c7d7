"""The lines of a file or a pipe, as they come, without blocking the event loop.

A thread reads: a pipe's writer may take its time, and Ctrl-C must not wait for it.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from typing import Final

CHUNK_BYTES: Final = 262_144
CHUNKS_AHEAD: Final = 4
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


async def read_lines(file: int) -> AsyncIterator[list[bytes]]:
    """Lists of lines without their ends, as soon as they can be read from the file descriptor.

    The caller closes it. Raises OSError.
    """
    chunks: asyncio.Queue[bytes | OSError] = asyncio.Queue()
    room = threading.Semaphore(CHUNKS_AHEAD)
    # A daemon: one that waits, for a pipe or for room, must not keep the process.
    loop = asyncio.get_running_loop()
    threading.Thread(target=_read, args=(file, chunks, room, loop), daemon=True).start()
    rest, mark = b"", BYTE_ORDER_MARK
    while True:
        chunk = await chunks.get()
        room.release()
        if isinstance(chunk, OSError):
            raise chunk
        lines = (rest + chunk).split(b"\n") if chunk else [rest, b""]
        rest = lines.pop()
        if lines and mark:
            lines[0], mark = lines[0].removeprefix(mark), b""
        if lines:
            yield [line.rstrip(b"\r") for line in lines]
        if not chunk:
            return


def _read(
    file: int,
    chunks: "asyncio.Queue[bytes | OSError]",
    room: threading.Semaphore,
    loop: asyncio.AbstractEventLoop,
) -> None:
    chunk: bytes | OSError = b"more"
    while chunk and not isinstance(chunk, OSError):
        room.acquire()
        try:
            chunk = os.read(file, CHUNK_BYTES)
        except OSError as error:
            chunk = error
        try:
            loop.call_soon_threadsafe(chunks.put_nowait, chunk)
        except RuntimeError:
            # The loop has ended, and with it whoever wanted lines.
            return
