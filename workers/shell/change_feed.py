"""The changes as server-sent events: each reader follows the stream in Redis at its own pace.

Nothing is queued for a reader here: what he has not taken yet stays in Redis, which forgets the
oldest. One who takes nothing at all is let go, and so is everybody when the worker ends.
"""

import asyncio
import re
from contextlib import suppress
from typing import Final

from aiohttp import web

from workers.adapters.redis.changes import ChangeStream, position_of
from workers.projections.ports import StoreUnavailable

HEARTBEAT_S: Final = 10.0
READERS_MAX: Final = 100
CHANGES_AT_ONCE: Final = 200
# How long a reader's question stays with Redis; an end is noticed within this time.
WAIT_MS: Final = 400
# One who takes nothing for so long is gone.
PATIENCE_S: Final = 30.0
RETRY_S: Final = 1.0
LAST_ID: Final = re.compile(r"[0-9]{1,19}(-[0-9]{1,19})?")
HEADERS: Final = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    # A proxy that collects the answer would show changes late.
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}
OPENING: Final = ": following\nretry: 2000\n\n"
GAP: Final = "event: gap\ndata: {}\n\n"
_LINE_BREAKS: Final = str.maketrans("\r\n", "  ")


class TooManyReaders(Exception):
    """As many follow the changes already as may."""


class UnusableId(ValueError):
    """`Last-Event-ID` is none of ours."""


class ChangeFeed:
    """All readers of this worker."""

    def __init__(self, stream: ChangeStream) -> None:
        """Nobody reads yet."""
        self._stream = stream
        self._closing = False
        self.readers = 0

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Serve one reader until he goes, or until the worker ends.

        Raises TooManyReaders, UnusableId, StoreUnavailable.
        """
        said = request.headers.get("Last-Event-ID", "")
        if said and LAST_ID.fullmatch(said) is None:
            raise UnusableId("Last-Event-ID is the id of a change: 123-0")
        if self.readers >= READERS_MAX or self._closing:
            raise TooManyReaders(f"{READERS_MAX} follow the changes already")
        self.readers += 1
        try:
            first = await self._stream.first_id()
            last = said or await self._stream.last_id()
            missed = bool(said) and first is not None and position_of(said) < position_of(first)
            response = web.StreamResponse(headers=HEADERS)
            # He may go at any time, or take nothing.
            with suppress(ConnectionError, TimeoutError):
                await response.prepare(request)
                await self._serve(request, response, OPENING + (GAP if missed else ""), last)
            return response
        finally:
            self.readers -= 1

    async def close(self) -> None:
        """Let every reader end; may be called again."""
        self._closing = True
        while self.readers:
            await asyncio.sleep(0.01)

    async def _serve(
        self, request: web.Request, response: web.StreamResponse, opening: str, last: str
    ) -> None:
        loop = asyncio.get_running_loop()
        text, written_s = opening, 0.0
        while not self._closing:
            if request.transport is None or request.transport.is_closing():
                return
            if not text and loop.time() - written_s >= HEARTBEAT_S:
                text = ": here\n\n"
            if text:
                async with asyncio.timeout(PATIENCE_S):
                    await response.write(text.encode())
                text, written_s = "", loop.time()
            try:
                changes = await self._stream.after(last, CHANGES_AT_ONCE, WAIT_MS)
            except StoreUnavailable:
                await asyncio.sleep(RETRY_S)
                continue
            for id_, event in changes:
                last = id_
                text += f"event: change\nid: {id_}\ndata: {event.translate(_LINE_BREAKS)}\n\n"
        await response.write_eof()
