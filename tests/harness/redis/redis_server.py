"""The server: its folder, its life, and the address at which it is reached.

The machine's own `redis-server`, tied to the thread that starts it. Without settings nothing is
kept: after a stop or a kill the next life begins empty.
"""

import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.harness.broker import network
from tests.harness.broker.broker_process import TiedProcess

CONSOLE: Final = "console.log"
CONFIGURATION: Final = "redis.conf"
FORGETFUL: Final = {"save": '""', "appendonly": "no"}


class RedisUnavailable(Exception):
    """This machine lacks something that Redis needs; the message says how to get it."""


class RedisFailed(Exception):
    """Redis did not start; the message says why, as far as Redis does."""


def executable() -> str:
    """The path of the machine's server. Raises RedisUnavailable."""
    if sys.platform != "linux":
        raise RedisUnavailable("Linux is needed: the server's end relies on its kernel")
    found = shutil.which("redis-server")
    if found is None:
        raise RedisUnavailable("redis-server is needed: apt-get install redis-server")
    return found


class RedisServer:
    """One server. `with RedisServer() as redis:` starts it, and leaves nothing of it.

    Start it from a thread that lives at least as long as it shall. `settings` are those of
    redis.conf, and win over ours; `arguments` go to the command, such as `--sentinel`.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        arguments: tuple[str, ...] = (),
    ) -> None:
        self._temporary = data is None
        self._data = None if data is None else data.absolute()
        self._port = port
        self._settings = dict(settings or {})
        self._arguments = arguments
        self._reserved: socket.socket | None = None
        self._process: TiedProcess | None = None

    def start(self, timeout_s: float = 20) -> None:
        """Start it and wait until it serves, at the port and in the folder of its last life."""
        if self.running:
            raise RuntimeError("this server runs already")
        command = [executable(), CONFIGURATION, *self._arguments]
        if self._reserved is None:
            try:
                self._reserved = network.reserve(self._port)
            except OSError as error:
                raise RedisFailed(f"port {self._port}: {error.strerror}") from None
        if self._data is None:
            self._data = Path(tempfile.mkdtemp(prefix="omnistate-redis-"))
        self._data.mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        self._process = TiedProcess(command, self.data, CONSOLE)
        try:
            self._await_service(timeout_s)
        except BaseException:
            self.kill()
            raise

    def stop(self, timeout_s: float = 10) -> None:
        """End it in order, after `timeout_s` by force. May be called twice."""
        if self._process is not None:
            self._process.stop(timeout_s)
            self._process = None

    def kill(self) -> None:
        """End it as `kill -9` does. May be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def pause(self) -> None:
        """Let it hang: connections stay open, nothing is answered."""
        self._running_process().pause()

    def resume(self) -> None:
        """End a pause."""
        self._running_process().resume()

    def close(self) -> None:
        """Stop it, give its port back, and remove its folder if that is a temporary one."""
        self.stop()
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None
        if self._temporary and self._data is not None:
            shutil.rmtree(self._data)
            self._data = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether its process is there, paused or not."""
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running_process().pid

    @property
    def port(self) -> int:
        """The port at which it serves, the same in each of its lives."""
        if self._reserved is None:
            raise RuntimeError("this server has no port before its start")
        return int(self._reserved.getsockname()[1])

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"redis://{network.HOST}:{self.port}/0"

    @property
    def data(self) -> Path:
        """Its folder: `redis.conf`, `console.log`, and what it keeps if told to."""
        if self._data is None:
            raise RuntimeError("this server has no folder before its start")
        return self._data

    def _write_configuration(self) -> None:
        values = {
            "bind": network.HOST,
            "port": str(self.port),
            "daemonize": "no",
            **({} if "--sentinel" in self._arguments else FORGETFUL),
            **self._settings,
        }
        text = "".join(f"{name} {value}\n" for name, value in values.items())
        (self.data / CONFIGURATION).write_text(text, encoding="ascii")

    def _running_process(self) -> TiedProcess:
        if self._process is None:
            raise RuntimeError("this server does not run")
        return self._process

    def _await_service(self, timeout_s: float) -> None:
        until = time.monotonic() + timeout_s
        while not _answers(self.port):
            if not self.running:
                raise RedisFailed(f"Redis ended before it served: {self._last_words()}")
            if time.monotonic() > until:
                raise RedisFailed(f"Redis did not serve in {timeout_s:g} s: {self._last_words()}")
            time.sleep(0.02)

    def _last_words(self) -> str:
        lines = (self.data / CONSOLE).read_text(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return said[-1] if said else "it does not say why"


def _answers(port: int) -> bool:
    """Whether a server there has read its data and serves; one that asks for a password does."""
    try:
        with socket.create_connection((network.HOST, port), 1.0) as connection:
            connection.settimeout(1.0)
            connection.sendall(b"PING\r\n")
            return connection.recv(7).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
