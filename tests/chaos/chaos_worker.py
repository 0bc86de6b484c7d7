"""One worker as a process: `omnistate worker <kind>`, as an operator runs it.

It has a folder of its own (working folder, HOME and TMPDIR), which the engine must not need, and
ends with whoever started it. It knows no fault; it can be killed, paused, asked to end and asked.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.chaos.engine_build import Engine
from tests.harness.broker import network
from tests.harness.broker.broker_process import TIED

ANSWER_TIMEOUT_S: Final = 1.0
HOUR_S: Final = 3_600


@cache
def fake_clock() -> dict[str, str]:
    """What the environment needs so that a process believes in another time; empty: not to be had.

    The `faketime` command would stand between us and the process, so it only tells its library.
    """
    command = shutil.which("faketime")
    if command is None:
        return {}
    said = subprocess.run(
        [command, "-m", "-f", "+1s", "env"], capture_output=True, text=True, check=True
    ).stdout
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return {"LD_PRELOAD": found["LD_PRELOAD"], "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Worker:
    """One place for a worker process; it may be started again whenever it has ended."""

    def __init__(self, kind: str, name: str, folder: Path, engine: Engine) -> None:
        self.name = name
        self.folder = folder
        self.log = folder.with_suffix(".log")
        # How wrong its clock is.
        self.clock_offset_s = 0
        # Somebody is about to do something to it: nobody else shall, the supervisor included.
        self.taken = False
        self.paused = False
        # How often a process was started here.
        self.starts = 0
        self._born = 0
        self._kind = kind
        self._engine = engine
        self._port = network.reserve(0)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process in its folder, which is made where it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._born = self.log_size()
        self.starts += 1
        own = {"HOME": str(self.folder), "TMPDIR": str(self.folder)}
        if self.clock_offset_s:
            own |= {**fake_clock(), "FAKETIME": f"{self.clock_offset_s:+d}s"}
        port = self._port.getsockname()[1]
        variables = self._engine.environment(web_port=port, log_format="json") | own
        command = (*self._engine.command, "worker", self._kind)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-IS", TIED, str(os.getpid()), *command],
                cwd=self.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.paused = False

    @property
    def running(self) -> bool:
        """Whether there is a process, paused or not."""
        return self._process is not None and self._process.poll() is None

    @property
    def status(self) -> int | None:
        """The exit status of the last process; None while it runs."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> None:
        """As `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """SIGSTOP."""
        self.paused = True
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)
        self.paused = False

    async def terminate(self, timeout_s: float) -> int | None:
        """SIGTERM; the exit status, or None where it had to be killed after `timeout_s`."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(timeout_s):
                while self.running:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self.kill()
            return None
        return self.status

    def close(self) -> None:
        """Leave no process behind, and give the port back."""
        self.kill()
        self._port.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def said(self, since: int = 0) -> list[dict[str, Any]]:
        """What it has logged, from a position in its log (`log_size`) on; other lines as `line`."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as log:
            log.seek(since)
            return list(_parse(log.read()))

    def log_size(self) -> int:
        """The present end of its log."""
        return self.log.stat().st_size if self.log.exists() else 0

    @property
    def silent(self) -> bool:
        """Whether the present process has said nothing yet: it is still loading its program."""
        return self.log_size() == self._born

    def owned(self) -> set[int]:
        """The partitions that this process has been given and has not given up, by its log."""
        owned: set[int] = set()
        for line in self.said(self._born):
            if line.get("event") == "partition_assigned":
                owned.add(line["partition"])
            elif line.get("event") == "partition_revoked":
                owned.discard(line["partition"])
        return owned

    async def ready(self) -> set[str] | None:
        """What it runs, in its own words; None where it is not ready or does not answer."""
        if not self.running or self.paused:
            return None
        return await asyncio.to_thread(self._ask)

    def _ask(self) -> set[str] | None:
        url = f"http://{network.HOST}:{self._port.getsockname()[1]}/health/ready"
        try:
            with urllib.request.urlopen(url, timeout=ANSWER_TIMEOUT_S) as answer:
                state = json.load(answer)
        except (urllib.error.URLError, OSError, ValueError):
            return None
        return set(state["partitions"])


def _parse(text: bytes) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        yield found if isinstance(found, dict) else {"line": line.decode(errors="replace")}
