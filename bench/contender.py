"""A contender's process: started, watched in /proc, ended. It does not know what it measures."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.broker_fixture import ROOT
from tests.harness.broker.broker_process import TIED

TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
STOP_S: Final = 20.0


class ContenderFailed(Exception):
    """A contender ended or did not get ready; says what it printed last."""


def cpu_s(pid: int) -> float:
    """The CPU time that a process with all of its threads has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_bytes(pid: int) -> int:
    """The memory of a process that is in RAM."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * PAGE_BYTES


class Contender:
    """One process; what it prints is a file. It ends with the `with` block."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        web_port: int | None = None,
    ) -> None:
        self.log, self._web_port = log, web_port
        self.started_s = time.monotonic()
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                # Ends with us, however we end.
                [sys.executable, "-IS", TIED, str(os.getpid()), *command],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def check(self) -> None:
        """Raise ContenderFailed where it has ended."""
        if self._process.poll() is not None:
            raise ContenderFailed(f"ended with {self._process.returncode}: {self.last_words()}")

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
            ended = self._process.poll() is not None
            if (rest := self.said(word)) is not None:
                return rest
            if ended or time.monotonic() > until_s:
                raise ContenderFailed(f"no {word!r} in {seconds:g} s: {self.last_words()}")
            time.sleep(0.02)

    def ready_partitions(self) -> int | None:
        """How many partitions a worker of ours runs, once it is ready."""
        try:
            url = f"http://127.0.0.1:{self._web_port}/health/ready"
            with urllib.request.urlopen(url, timeout=5) as response:
                return len(json.loads(response.read())["partitions"])
        except (OSError, urllib.error.HTTPError):
            return None

    def await_ready(self, seconds: float) -> float:
        """Wait until a worker of ours is ready; seconds since its start."""
        while not self.ready_partitions():
            self.check()
            if time.monotonic() - self.started_s > seconds:
                raise ContenderFailed(f"not ready in {seconds:g} s: {self.last_words()}")
            time.sleep(0.02)
        return time.monotonic() - self.started_s

    def stop(self) -> None:
        """Ask it to end, and make it end."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def __enter__(self) -> "Contender":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A port that nobody listens on at present."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
