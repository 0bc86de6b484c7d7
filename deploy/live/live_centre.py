"""Everything that runs: broker, Redis, topics, configuration, workers. All of it ends together.

Each worker is a process of its own whose log lies in the installation's folder.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from tests.harness.broker import Broker
from tests.harness.broker.broker_process import TiedProcess
from tests.harness.redis import RedisServer

COMMAND: Final = (sys.executable, "-m", "omnistate.cli.app")
WORKERS: Final = ("conversation", "conversation", "representative", "projection", "figures")
START_S: Final = 60.0


class CentreFailed(Exception):
    """A part did not start; the message is one line that says which, and where its log lies."""


class Centre:
    """`with Centre(folder, ...) as centre` starts it all, and leaves nothing of it running."""

    def __init__(
        self, folder: Path, configuration: Mapping[str, Any], partitions: int, board_port: int
    ) -> None:
        """Logs go to `folder`; the projection's web server, with the board, to `board_port`."""
        self.token = os.environ.get("OMNISTATE_API_TOKEN") or secrets.token_urlsafe(24)
        self.board = f"http://127.0.0.1:{board_port}/board"
        self.brokers = ""
        self._folder = folder
        self._configuration = configuration
        self._partitions = partitions
        self._board_port = board_port
        self._stack = ExitStack()
        self._workers: dict[str, TiedProcess] = {}

    def __enter__(self) -> Self:
        """Start everything. Raises CentreFailed, BrokerUnavailable, RedisUnavailable."""
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop everything, workers first."""
        self._stack.close()

    def failed(self) -> str | None:
        """Which worker has ended by itself, and where its log lies."""
        for name, process in self._workers.items():
            if not process.running:
                return f"worker {name} ended: see {self._folder / (name + '.log')}"
        return None

    def _start(self) -> None:
        redis = self._stack.enter_context(RedisServer())
        broker = self._stack.enter_context(Broker(heap="1g"))
        self.brokers = broker.bootstrap
        environment = {
            **os.environ,
            "OMNISTATE_BROKERS": broker.bootstrap,
            "OMNISTATE_REDIS_URL": redis.url,
            "OMNISTATE_API_TOKEN": self.token,
            "OMNISTATE_TOPIC_PREFIX": "",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        config = self._folder / "config.yaml"
        config.write_bytes(msgspec.json.encode(self._configuration))
        apply = ("topics", "apply", "--partitions", str(self._partitions))
        self._run(environment, *apply, "--replication-factor", "1")
        self._run(environment, "config", "apply", str(config))
        ports = []
        for number, worker in enumerate(WORKERS, start=1):
            port = self._board_port if worker == "projection" else _free_port()
            name = f"{worker}-{number}"
            self._workers[name] = self._start_worker(name, worker, environment, port)
            ports.append((name, port))
        for name, port in ports:
            self._await_ready(name, port)

    def _run(self, environment: Mapping[str, str], *arguments: str) -> None:
        done = subprocess.run(
            [*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CentreFailed(done.stderr.strip() or f"{arguments}: exit status {done.returncode}")

    def _start_worker(
        self, name: str, worker: str, environment: Mapping[str, str], port: int
    ) -> TiedProcess:
        settings = {**environment, "OMNISTATE_WEB_PORT": str(port)}
        process = TiedProcess(
            [*COMMAND, "worker", worker], self._folder, f"{name}.log", environment=settings
        )
        self._stack.callback(process.stop, 10)
        return process

    def _await_ready(self, name: str, port: int) -> None:
        until_s = time.monotonic() + START_S
        while time.monotonic() < until_s:
            problem = self.failed()
            if problem:
                raise CentreFailed(problem)
            try:
                address = f"http://127.0.0.1:{port}/health/ready"
                with urllib.request.urlopen(address, timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise CentreFailed(f"worker {name} is not ready: see {self._folder / (name + '.log')}")


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
