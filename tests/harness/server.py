"""A server that tests start and break: a folder, the process in it, and ports that are kept.

What it is, its own class says: how it is started, and when it serves.
"""

import shutil
import socket
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.harness.tied_process import PATIENCE_S, TiedProcess

CONSOLE: Final = "console.log"
LOOK_S: Final = 0.03


class Startable(ABC):
    """What `with` starts, and leaves nothing of."""

    @abstractmethod
    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """Start it and wait until it serves, with the data and at the ports of its last life."""

    @abstractmethod
    def close(self) -> None:
        """Stop it and leave nothing of it; may be called after a start that failed."""

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


class Server(Startable):
    """One server. `with` starts it, and leaves nothing of it.

    Start it from a thread that lives at least as long as it shall (the main one, not one of a
    pool): the kernel ends it with the thread that started it. Without `data` its folder is a
    temporary one, named after `prefix`.
    """

    def __init__(self, data: Path | None, prefix: str) -> None:
        self._temporary = data is None
        self._data = None if data is None else data.absolute()
        self._prefix = prefix
        self._reserved: dict[str, socket.socket] = {}
        self._process: TiedProcess | None = None

    @abstractmethod
    def last_words(self) -> str:
        """What went wrong, as far as it says."""

    def stop(self, timeout_s: float = PATIENCE_S) -> None:
        """End it in order, after `timeout_s` by force; its data stay. May be called twice."""
        if self._process is not None:
            self._process.stop(timeout_s)
            self._process = None

    def kill(self) -> None:
        """End it as `kill -9` does; its data stay. May be called twice."""
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
        """Stop it, give its ports back, and remove its folder if that is a temporary one."""
        self.stop()
        for reserved in self._reserved.values():
            reserved.close()
        self._reserved = {}
        if self._temporary and self._data is not None:
            shutil.rmtree(self._data)
            self._data = None

    @property
    def running(self) -> bool:
        """Whether its process is there, paused or not."""
        return self._process is not None and self._process.running

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running_process().pid

    @property
    def data(self) -> Path:
        """Its folder: configuration, logs, and what it keeps."""
        if self._data is None:
            raise RuntimeError("this server has no folder before its start")
        return self._data

    def _folder(self) -> Path:
        """Its folder, which is there where it is a temporary one."""
        if self._data is None:
            self._data = Path(tempfile.mkdtemp(prefix=self._prefix))
        return self._data

    def _launch(
        self,
        command: Sequence[str],
        serves: Callable[[], bool],
        failure: Callable[[str], Exception],
        timeout_s: float,
    ) -> None:
        """Run the command until it serves. Raises what `failure` makes of a sentence."""
        self._spawn(command)
        self._await_service(serves, failure, timeout_s)

    def _spawn(self, command: Sequence[str]) -> None:
        """Run the command; it is not waited for."""
        self._process = TiedProcess(command, self.data / CONSOLE, folder=self.data)

    def _await_service(
        self, serves: Callable[[], bool], failure: Callable[[str], Exception], timeout_s: float
    ) -> None:
        """Wait until it serves; where that fails, it is killed."""
        try:
            self._look_until(serves, failure, timeout_s)
        except BaseException:
            self.kill()
            raise

    def _look_until(
        self, serves: Callable[[], bool], failure: Callable[[str], Exception], timeout_s: float
    ) -> None:
        until_s = time.monotonic() + timeout_s
        while not serves():
            if not self.running:
                raise failure("ended before it served")
            if time.monotonic() > until_s:
                raise failure(f"did not serve in {timeout_s:g} s")
            time.sleep(LOOK_S)

    def _running_process(self) -> TiedProcess:
        if self._process is None:
            raise RuntimeError("this server does not run")
        return self._process
