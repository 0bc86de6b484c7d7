"""The Faust app that hosts an engine: its lifecycle, its signals, its web server.

Faust's own consumer, producer, agents and tables stay off: events, tables and offsets go through
the partition tasks. Beside it only `faust_client` and `figures_stream` import Faust.
"""

import asyncio
import errno
import socket
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import faust
from aiohttp import web
from faust.app.base import BootStrategy
from faust.web.drivers.aiohttp import Web
from mode import Service

from omnistate.process.errors import ExitStatus, Unusable
from omnistate.process.event_loop import new_event_loop
from omnistate.process.faults import describe_fault, find_fault
from omnistate.process.health_pages import add_health_pages
from omnistate.process.logs import get_logger
from omnistate.process.process_settings import Settings
from omnistate.process.supervisor import Engine, Supervisor, supervise
from omnistate.process.web_port import WebPort
from omnistate.process.worker_metrics import WorkerMetrics

WEB_PORT: Final = "web_port"
HEALTH_PORT: Final = "health_port"


class WebOnly(BootStrategy):  # type: ignore[misc]
    """Of all that Faust can start, the web server."""

    def server(self) -> Any:
        """The services of a worker."""
        return self._chain(self.web_server())


class Pages(Web):  # type: ignore[misc]
    """Faust's web server on ports of ours, which are bounded; its own listens without an end."""

    def __init__(self, app: Any, **options: Any) -> None:
        """Whoever makes the app says which ports there are."""
        super().__init__(app, **options)
        self.ports: list[WebPort] = []

    async def start_server(self) -> None:
        """Listen on each port. Raises OSError."""
        for each in self.ports:
            await each.start()

    async def stop_server(self) -> None:
        """Listen no more: on the last port, that of the probes, until the end."""
        for each in self.ports:
            await each.stop()


class Shell(faust.App):  # type: ignore[misc]
    """A Faust app that keeps nothing on disk."""

    BootStrategy = WebOnly

    def _new_web(self) -> Pages:
        return Pages(self)

    def _create_directories(self) -> None:
        """No folders: there is no state here."""


class Host(Service):  # type: ignore[misc]
    """Runs the engine for as long as the worker runs, and ends the worker with it."""

    def __init__(self, engine: Engine, supervisor: Supervisor, **options: Any) -> None:
        """`failure` says afterwards why the engine ended, if it did by itself."""
        self.engine = engine
        self.supervisor = supervisor
        self.failure: BaseException | None = None
        self._running: asyncio.Task[None] | None = None
        super().__init__(**options)

    async def on_start(self) -> None:
        """Start the engine; the worker goes on starting."""
        self._running = asyncio.create_task(self.supervisor.run())
        self._running.add_done_callback(self._note_end)

    def _note_end(self, running: "asyncio.Task[None]") -> None:
        if running.cancelled():
            return
        self.failure = running.exception()
        # As if somebody had sent a signal: every other way of ending prints a traceback.
        worker = self.beacon.root.data if self.beacon.root else None
        if isinstance(worker, faust.Worker):
            worker._on_sigterm()  # noqa: SLF001

    async def on_stop(self) -> None:
        """Finish what is under way."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self.engine.stop()


def run_engine(
    name: str,
    settings: Settings,
    engine: Engine,
    metrics: WorkerMetrics,
    add_routes: Callable[[web.Application], None] | None = None,
) -> int:
    """Run until a signal (0), or until the engine ends by itself: a log line says why.

    The exit status, by the table of faults. Raises Unusable where it cannot serve its pages.

    `add_routes` may add pages of its own to the web port's aiohttp application.
    """
    own = _web_ports(settings, has_pages=add_routes is not None)
    for setting, number in own.items():
        _check_port(settings, setting, number)
    loop = new_event_loop()
    asyncio.set_event_loop(loop)
    app = _make_app(name, settings, loop)
    app.web.ports = _serve(own, settings.web_host, engine, metrics, add_routes)
    settings.connection.credentials.watch(_tell_credentials)
    metrics.watch_certificates(settings.connection.credentials.validities)
    supervisor = supervise(engine, settings.connection, wait_for_topics=settings.wait_for_topics)
    host = Host(engine, supervisor, loop=loop)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        worker = faust.Worker(
            app, host, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False
        )
    worker.spinner = None
    log = get_logger()
    status = 0
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        # Faust makes a consumer, with a thread's loop, even if it is never started.
        app.consumer._thread.thread_loop.close()  # noqa: SLF001
    if host.failure is not None:
        problem, fault = host.failure, find_fault(host.failure)
        if fault is not None:
            log.error("worker_stopped", reason=describe_fault(fault, problem))
            return fault.status
        log.error("worker_died", reason=f"{type(problem).__name__}: {problem}", exc_info=problem)
        return ExitStatus.FAILED
    return status


def _tell_credentials(files: Sequence[str], problem: str | None) -> None:
    """Files of certificates or of a login have changed, and count, or cannot be used."""
    if problem is None:
        get_logger().info("credentials_renewed", files=[*files])
    else:
        get_logger().error("credentials_unusable", reason=problem)


def _make_app(name: str, settings: Settings, loop: asyncio.AbstractEventLoop) -> Shell:
    return Shell(
        f"{settings.topic_prefix}{name}",
        # Never connected to: the engine has its own clients.
        broker="kafka://localhost",
        loop=loop,
        autodiscover=False,
        datadir=Path("unused"),
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=settings.web_port,
        web_router_enabled=False,
        web_tables_enabled=False,
        web_graph_enabled=False,
        web_stats_enabled=False,
    )


def _web_ports(settings: Settings, *, has_pages: bool) -> dict[str, int]:
    """The ports to listen on by their settings; the last is that of the probes.

    Raises Unusable where one number stands for two of them.
    """
    if settings.health_port is None:
        return {WEB_PORT: settings.web_port}
    if settings.health_port == settings.web_port:
        source = settings.source_of(HEALTH_PORT)
        raise Unusable(f"{source}: {settings.health_port} is the web port")
    pages = {WEB_PORT: settings.web_port} if has_pages else {}
    return {**pages, HEALTH_PORT: settings.health_port}


def _serve(
    ports: Mapping[str, int],
    host: str,
    engine: Engine,
    metrics: WorkerMetrics,
    add_routes: Callable[[web.Application], None] | None,
) -> list[WebPort]:
    """What listens on each port, with its pages."""
    found = []
    for name, number in ports.items():
        app = web.Application()
        found.append(WebPort(app, host, number))
        if name == WEB_PORT and add_routes is not None:
            add_routes(app)
        if name == HEALTH_PORT or HEALTH_PORT not in ports:
            add_health_pages(app, engine.readiness, metrics.expose)
    return found


def _check_port(settings: Settings, setting: str, port: int) -> None:
    """Raise Unusable where nothing could listen there."""
    host = settings.web_host
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except socket.gaierror as error:
        source = settings.source_of("web_host")
        raise Unusable(f"{source}: {host}: {error.strerror}") from None
    except OSError as error:
        # A host that is not this machine's is the host's fault, not the port's.
        wrong = "web_host" if error.errno == errno.EADDRNOTAVAIL else setting
        source = settings.source_of(wrong)
        raise Unusable(f"{source}: {host}:{port}: {error.strerror}") from None
