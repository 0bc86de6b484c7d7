"""A contender's process: started, watched in /proc, ended. It does not know what it measures."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from tests.harness.command import ROOT
from tests.harness.tied_process import TiedProcess
from tests.harness.worker_process import WorkerFailed, WorkerProcess

TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
STOP_S: Final = 20.0
LOOK_S: Final = 0.02


class ContenderFailed(Exception):
    """A contender ended or did not get ready; says what it printed last."""


def cpu_s(pid: int) -> float:
    """The CPU time that a process with all of its threads has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def unserved_s(pid: int) -> float:
    """For how long the main thread of a process was ready to run and had no core, in seconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


def resident_bytes(pid: int) -> int:
    """The memory of a process that is in RAM."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * PAGE_BYTES


class Contender:
    """One process that works; what it prints is a file. It ends with the `with` block."""

    def __init__(self, process: TiedProcess | WorkerProcess, log: Path) -> None:
        """The process has just been started."""
        self.log, self._process = log, process
        self.started_s = time.monotonic()

    @classmethod
    def run(cls, command: Sequence[str], log: Path) -> Self:
        """Start a program that is none of omnistate's commands."""
        return cls(TiedProcess(command, log, folder=ROOT), log)

    @classmethod
    def work(cls, worker: WorkerProcess) -> Self:
        """Start a worker of ours."""
        worker.start()
        return cls(worker, worker.log_path)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def check(self) -> None:
        """Raise ContenderFailed where it has ended."""
        if not self._process.running:
            raise ContenderFailed(f"ended with {self._process.status}: {self.last_words()}")

    def last_words(self) -> str:
        """The end of what it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2_000:]

    def said(self, word: str) -> str | None:
        """The rest of the last line that begins with this word."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [line for line in lines if line.startswith(f"{word} ")]
        return found[-1].partition(" ")[2] if found else None

    def wait_for(self, word: str, seconds: float) -> str:
        """What it says after this word, once it says it. Raises ContenderFailed."""
        until_s = time.monotonic() + seconds
        while True:
            # In this order: its last word may be the one that is waited for.
            ended = not self._process.running
            if (rest := self.said(word)) is not None:
                return rest
            if ended or time.monotonic() > until_s:
                raise ContenderFailed(f"no {word!r} in {seconds:g} s: {self.last_words()}")
            time.sleep(LOOK_S)

    def ready_partitions(self) -> int | None:
        """How many partitions a worker of ours runs, once it is ready."""
        if not isinstance(self._process, WorkerProcess):
            return None
        found = self._process.ready_partitions()
        return None if found is None else len(found)

    def await_ready(self, seconds: float) -> float:
        """Wait until a worker of ours is ready; seconds since its start."""
        while not self.ready_partitions():
            self.check()
            if time.monotonic() - self.started_s > seconds:
                raise ContenderFailed(f"not ready in {seconds:g} s: {self.last_words()}")
            time.sleep(LOOK_S)
        return time.monotonic() - self.started_s

    def stop(self) -> None:
        """Ask it to end, and make it end."""
        try:
            self._process.stop(STOP_S)
        except WorkerFailed:
            self._process.kill()
        if isinstance(self._process, WorkerProcess):
            self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
