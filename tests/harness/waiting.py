"""Waiting for what must come, however slow the machine is: the limit is for what hangs."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

from tests.harness.tied_process import PATIENCE_S

LOOK_S: Final = 0.05
NOW: Final = Path("/proc/loadavg")
T = TypeVar("T")


def wait_until(what: str, ask: Callable[[], bool], seconds: float = PATIENCE_S) -> float:
    """How long it took until something was so, in seconds. Raises AssertionError otherwise."""
    began_s = time.monotonic()
    while not ask():
        if time.monotonic() - began_s > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(LOOK_S)
    return time.monotonic() - began_s


async def eventually(
    what: str,
    read: Callable[[], Awaitable[T]],
    holds: Callable[[T], object] = bool,
    seconds: float = PATIENCE_S,
) -> T:
    """What was read once it was so; the loop goes on meanwhile. Raises AssertionError otherwise."""
    began_s = time.monotonic()
    while not holds(found := await read()):
        if time.monotonic() - began_s > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what}; the last was {found!r:.1000}")
        await asyncio.sleep(LOOK_S)
    return found


def stretch(seconds: float) -> float:
    """A promise of time, kept on this machine as it is now: longer where many want a core.

    For what the contract promises of an idle machine, such as that a worker ends in ten seconds.
    """
    wanting, *_ = os.getloadavg()
    if NOW.exists():
        # The average follows a minute behind.
        wanting = max(wanting, int(NOW.read_text(encoding="ascii").split()[3].partition("/")[0]))
    return seconds * max(1.0, wanting / (os.cpu_count() or 1))
