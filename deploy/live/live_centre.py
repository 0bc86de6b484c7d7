"""Everything that runs: broker, Redis, topics, configuration, workers. All of it ends together.

Each worker is a process of its own whose log lies in the installation's folder.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from signal import Signals
from types import TracebackType
from typing import Any, Final, Self

from tests.harness.broker import Broker
from tests.harness.installation import CommandFailed, Installation
from tests.harness.redis import RedisServer
from tests.harness.worker_process import WorkerFailed

# The projection's web server has the board. Of the two routers one acts.
WORKERS: Final = (
    "conversation",
    "conversation",
    "representative",
    "router",
    "router",
    "projection",
    "figures",
)
STOP_S: Final = 10.0


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
        self._omnistate: Installation

    def __enter__(self) -> Self:
        """Start everything. Raises CentreFailed, BrokerUnavailable, RedisUnavailable."""
        try:
            self._start()
        except CommandFailed as error:
            self._stack.close()
            raise CentreFailed(str(error)) from None
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
        for worker in self._omnistate.workers:
            if not worker.running:
                return f"worker {worker.kind} ended: see {worker.log_path}"
        return None

    def _start(self) -> None:
        redis = self._stack.enter_context(RedisServer())
        broker = self._stack.enter_context(Broker(heap="1g"))
        self.brokers = broker.bootstrap
        self._omnistate = Installation(
            broker.bootstrap, "", self._folder, redis_url=redis.url, api_token=self.token
        )
        self._stack.callback(self._stop_workers)
        self._omnistate.set_up(self._configuration, self._partitions)
        for kind in WORKERS:
            port = self._board_port if kind == "projection" else 0
            try:
                self._omnistate.worker(kind, ready=False, port=port)
            except OSError as error:
                raise CentreFailed(f"port {port}: {error.strerror}") from None
        for worker in self._omnistate.workers:
            try:
                worker.await_ready()
            except WorkerFailed:
                raise CentreFailed(
                    f"worker {worker.kind} is not ready: see {worker.log_path}"
                ) from None

    def _stop_workers(self) -> None:
        """All at once, in order where they do, and by force where they do not."""
        for worker in self._omnistate.workers:
            worker.signal(Signals.SIGTERM)
        for worker in self._omnistate.workers:
            try:
                worker.stop(STOP_S)
            except WorkerFailed:
                worker.kill()
        self._omnistate.end()
