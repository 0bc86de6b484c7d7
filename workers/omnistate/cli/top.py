"""`omnistate top`: the board's figures on a terminal, every second; in a pipe once, as plain text.

It reads the read model from Redis and the lag from Kafka, and says where either does not answer.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from omnistate.cli.options import CLUSTER, TOPICS, with_settings

if TYPE_CHECKING:
    from omnistate_schemas.read_api import Overview
    from rich.console import Console

    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.process.process_settings import Settings
    from omnistate.process.projection.overview import Overviews
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands

PERIOD_S: Final = 1.0
PLAIN_WIDTH: Final = 120
MEASURED_S: Final = 10.0
PROJECTION: Final = "projection"
ENDS: Final = frozenset({b"q", b"Q", b"\x04", b""})


@with_settings(*CLUSTER, *TOPICS, "redis_url")
def top(
    settings: Settings,
    once: Annotated[bool, typer.Option("--once", help="Print it once, and end.")] = False,
) -> int:
    """Watch conversations, queues, people, service figures and lag; `q` ends it.

    Where standard output is no terminal, it is printed once.
    """
    from omnistate.cli.session import run_on_cluster
    from omnistate.process.environment import PREFIX
    from omnistate.process.errors import Unusable

    url = settings.redis_url
    if url is None:
        raise Unusable(f"{PREFIX}REDIS_URL is needed: the read model is kept there")

    async def work(connection: "Connection", topology: "Topology") -> int:
        # What the read model holds that cannot be shown.
        told: list[str] = []
        async with _overviews(url, connection, topology, told) as overviews:
            return await _show(overviews, told, once=once)

    return run_on_cluster(settings, work)


@asynccontextmanager
async def _overviews(
    url: str, connection: "Connection", topology: "Topology", told: list[str]
) -> "AsyncIterator[Overviews]":
    from omnistate.adapters.redis.listings import Listings
    from omnistate.adapters.redis.model_store import RedisStore
    from omnistate.adapters.redis.read_model_reader import ReadModel
    from omnistate.cli.command_end import printable
    from omnistate.process.logs import configure_logs
    from omnistate.process.projection.lag_watch import LagWatch
    from omnistate.process.projection.overview import Overviews
    from omnistate.process.projection.routing_watch import RoutingWatch
    from omnistate.projections.keys import Keys

    # A line of the log would break the screen; what it says is on the screen.
    configure_logs("ERROR", "console")
    keys = Keys(connection.prefix)

    def tell(*said: str) -> None:
        told.append(printable(" ".join(said)))

    model, listings = ReadModel(url, keys, tell), Listings(url, keys, tell)
    store = RedisStore(url, keys)
    lag = LagWatch(connection, topology, PROJECTION, store.offsets)
    routing = RoutingWatch(connection, topology)
    try:
        yield Overviews(model, listings, lag, routing, _no_worker)
    finally:
        await lag.close()
        await routing.close()
        await model.close()
        await listings.close()
        await store.close()


def _no_worker() -> tuple[bool, dict[str, Any]]:
    """An overview has a place for the worker that answers; here is none."""
    return True, {"ready": True, "joined": False, "partitions": {}}


async def _show(overviews: "Overviews", told: list[str], *, once: bool) -> int:
    from rich.console import Console

    from omnistate.cli.command_end import say
    from omnistate.cli.top_screen import render_plain

    on_terminal = sys.stdout.isatty()
    console = Console(width=None if on_terminal else PLAIN_WIDTH)
    if once or not on_terminal:
        console.print(render_plain(await _complete(overviews), console.width))
        for each in dict.fromkeys(told):
            say("top", each)
        return 0
    with _end_on_key() as ended:
        await _follow(overviews, console, ended, told)
    return 0


async def _complete(overviews: "Overviews") -> "Overview":
    """An overview with the lag and what a router makes of things, if they come within a while."""
    from omnistate_schemas.endpoint_parameters import LIMIT_MAX

    from omnistate.process.projection.overview_query import Query

    until_s = time.monotonic() + MEASURED_S
    query = Query(LIMIT_MAX, queues=LIMIT_MAX, by_queue=True, routing=True, windows=True)
    await overviews.await_routing()
    overview = await overviews.latest(query)
    while overview.lag_measured_at is None and time.monotonic() < until_s:
        await asyncio.sleep(PERIOD_S)
        overview = await overviews.latest(query)
    return overview


async def _follow(
    overviews: "Overviews", console: "Console", ended: asyncio.Event, told: list[str]
) -> None:
    from rich.live import Live

    from omnistate.cli.top_screen import render_live
    from omnistate.process.projection.overview_query import Query
    from omnistate.projections.read_model.store_ports import StoreUnavailable, StoreUnusable

    def as_many_as_fit() -> Query:
        return Query(console.height, queues=console.height, routing=True, windows=True)

    shown = await overviews.latest(as_many_as_fit())
    problem = _first_left_out(told)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while not ended.is_set():
            live.update(render_live(shown, problem, *console.size), refresh=True)
            try:
                async with asyncio.timeout(PERIOD_S):
                    await ended.wait()
            except TimeoutError:
                told.clear()
                try:
                    shown = await overviews.latest(as_many_as_fit())
                    problem = _first_left_out(told)
                except (StoreUnavailable, StoreUnusable) as error:
                    problem = f"figures of {shown.generated_at[11:19]} UTC: {error}"


def _first_left_out(told: list[str]) -> str | None:
    """The first value that cannot be shown, and how many there are."""
    if not told:
        return None
    more = f", and {len(told) - 1} more" if len(told) > 1 else ""
    return f"{told[0]}{more}"


@contextmanager
def _end_on_key() -> Iterator[asyncio.Event]:
    """An event that `q`, Ctrl-C and SIGTERM set; the terminal is as before afterwards."""
    import termios
    import tty

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    keyboard = sys.stdin.fileno() if sys.stdin is not None and sys.stdin.isatty() else None
    before = None if keyboard is None else termios.tcgetattr(keyboard)

    def read_key() -> None:
        # An end of the input is one, too.
        if keyboard is not None and os.read(keyboard, 1) in ENDS:
            ended.set()

    try:
        if keyboard is not None:
            tty.setcbreak(keyboard)
            loop.add_reader(keyboard, read_key)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        yield ended
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        if keyboard is not None and before is not None:
            loop.remove_reader(keyboard)
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
