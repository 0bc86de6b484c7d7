"""The changes as server-sent events: each reader follows the stream in Redis at its own pace.

Nothing is queued for a reader here: what they have not taken yet stays in Redis, which forgets the
oldest; where that may have cost them changes, they are told. One that takes nothing is let go,
and so is everybody when the worker ends.
"""

import asyncio
import re
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from omnistate.adapters.redis.change_stream import BEGINNING, ChangeStream, position_of
from omnistate.process.web_port import lift_limit
from omnistate.projections.read_model.store_ports import StoreUnavailable, StoreUnusable

HEARTBEAT_S: Final = 10.0
READERS_MAX: Final = 100
CHANGES_AT_ONCE: Final = 32
# What a reader is given at once, about: beside it nothing lies here for one who takes nothing.
BYTES_AT_ONCE: Final = 65_536
# How long a reader's question stays with Redis; an end is noticed within this time.
WAIT_MS: Final = 400
# One who takes nothing for so long is gone.
PATIENCE_S: Final = 30.0
# A reader that has not left so long after the worker's end began is cut off.
CLOSING_S: Final = 2.0
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
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def readers(self) -> int:
        """How many follow now."""
        return len(self._tasks)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Serve one reader until they go, or until the worker ends.

        Raises TooManyReaders, UnusableId, StoreUnavailable, StoreUnusable.
        """
        said = request.headers.get("Last-Event-ID", "")
        if said and LAST_ID.fullmatch(said) is None:
            raise UnusableId("Last-Event-ID is the id of a change: 123-0")
        if self.readers >= READERS_MAX or self._closing:
            raise TooManyReaders(f"{READERS_MAX} follow the changes already")
        lift_limit(request)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            missed = bool(said) and await self._is_gone(said)
            last = said or await self._stream.last_id()
            response = web.StreamResponse(headers=HEADERS)
            served = False
            try:
                # A reader may go at any time, or take nothing.
                with suppress(ConnectionError, TimeoutError):
                    await response.prepare(request)
                    await self._serve(request, response, last, missed=missed)
                    served = True
            finally:
                if not served and request.transport is not None:
                    # What they have not taken must keep nobody waiting.
                    request.transport.abort()
            return response
        finally:
            self._tasks.discard(task)

    async def close(self) -> None:
        """Let every reader end, cut off whoever does not; may be called again."""
        self._closing = True
        if not self._tasks:
            return
        _, stuck = await asyncio.wait(self._tasks, timeout=CLOSING_S)
        for each in stuck:
            each.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)

    async def _is_gone(self, id_: str) -> bool:
        """Whether changes after this one may have been forgotten, as it has been itself."""
        first = await self._stream.first_id()
        return first is None or position_of(id_) < position_of(first)

    async def _serve(
        self, request: web.Request, response: web.StreamResponse, last: str, *, missed: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        text, written_s = OPENING + (GAP if missed else ""), 0.0
        number = CHANGES_AT_ONCE
        # Said already, or before everything: that this one has been forgotten is no news.
        known = last if missed or last == BEGINNING else ""
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
                changes = await self._stream.after(last, number, WAIT_MS)
                # Only who is far behind can have lost any: asked afterwards, none slips through.
                full = len(changes) == number
                if full and last != known and await self._is_gone(last):
                    text = GAP
            except (StoreUnavailable, StoreUnusable):
                # It may come back emptied, and filled anew.
                known = ""
                await asyncio.sleep(RETRY_S)
                continue
            blocks = [_block(*each) for each in changes if each[1]]
            last = changes[-1][0] if changes else last
            text += "".join(blocks)
            number = _adapt(number, len(text))
            # They are written now: kept, they would be here once more while nobody takes them.
            del changes, blocks
        await response.write_eof()


def _block(id_: str, event: str) -> str:
    return f"event: change\nid: {id_}\ndata: {event.translate(_LINE_BREAKS)}\n\n"


def _adapt(number: int, length: int) -> int:
    """How many changes to ask for, after so many that came to a text of this length."""
    if length > BYTES_AT_ONCE:
        return max(number // 2, 1)
    return min(number * 2, CHANGES_AT_ONCE)
