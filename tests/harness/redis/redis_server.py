"""The server: its folder, its life, and the address at which it is reached.

The machine's own `redis-server`, tied to the thread that starts it. Without settings nothing is
kept: after a stop or a kill the next life begins empty.
"""

import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.harness import ports
from tests.harness.server import CONSOLE, Server
from tests.harness.tied_process import PATIENCE_S

PORT: Final = "port"
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


class RedisServer(Server):
    """One server. `with RedisServer() as redis:` starts it, and leaves nothing of it.

    `settings` are those of redis.conf, and win over ours; `arguments` go to the command, such as
    `--sentinel`. Its folder has `redis.conf`, `console.log`, and what it keeps if told to.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        arguments: tuple[str, ...] = (),
    ) -> None:
        super().__init__(data, "omnistate-redis-")
        self._port = port
        self._settings = dict(settings or {})
        self._arguments = arguments

    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """Start it and wait until it serves, at the port and in the folder of its last life."""
        if self.running:
            raise RuntimeError("this server runs already")
        command = [executable(), CONFIGURATION, *self._arguments]
        if PORT not in self._reserved:
            try:
                self._reserved[PORT] = ports.reserve(self._port)
            except OSError as error:
                raise RedisFailed(f"port {self._port}: {error.strerror}") from None
        self._folder().mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        self._launch(
            command,
            lambda: _answers(self.port),
            lambda what: RedisFailed(f"Redis {what}: {self.last_words()}"),
            timeout_s,
        )

    @property
    def port(self) -> int:
        """The port at which it serves, the same in each of its lives."""
        if PORT not in self._reserved:
            raise RuntimeError("this server has no port before its start")
        return int(self._reserved[PORT].getsockname()[1])

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"redis://{ports.HOST}:{self.port}/0"

    def _write_configuration(self) -> None:
        values = {
            "bind": ports.HOST,
            "port": str(self.port),
            "daemonize": "no",
            **({} if "--sentinel" in self._arguments else FORGETFUL),
            **self._settings,
        }
        text = "".join(f"{name} {value}\n" for name, value in values.items())
        (self.data / CONFIGURATION).write_text(text, encoding="ascii")

    def last_words(self) -> str:
        """The last line that it has printed."""
        lines = (self.data / CONSOLE).read_text(errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return said[-1] if said else "it does not say why"


def _answers(port: int) -> bool:
    """Whether a server there has read its data and serves; one that asks for a password does."""
    try:
        with socket.create_connection((ports.HOST, port), 1.0) as connection:
            connection.settimeout(1.0)
            connection.sendall(b"PING\r\n")
            return connection.recv(7).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
