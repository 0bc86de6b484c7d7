"""A worker that is to be broken: in a folder of its own, with a clock that may be wrong.

The folder (working folder, HOME and TMPDIR) is one that the engine must not need.
"""

import asyncio
import json
import shutil
import subprocess
from functools import cache
from typing import Final

from tests.harness.installation import Installation
from tests.harness.worker_process import WorkerFailed, WorkerProcess

ANSWER_TIMEOUT_S: Final = 1.0
HOUR_S: Final = 3_600
# Of the metrics, what tells why a partition stands.
TELLING: Final = ("omnistate_partition_", "omnistate_lag_", "omnistate_input")
LAST_LINES: Final = 12


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


class ChaosWorker(WorkerProcess):
    """A worker of an installation, by its name; whoever means to break it takes it first."""

    def __init__(self, installation: Installation, kind: str, name: str) -> None:
        self.name = name
        self.folder = installation.folder / name
        # How wrong its clock is.
        self.clock_offset_s = 0
        # Somebody is about to do something to it: nobody else shall, the supervisor included.
        self.taken = False
        self.paused = False
        self._born = 0
        super().__init__(
            kind,
            installation.environment,
            self.folder.with_suffix(".log"),
            command=installation.command,
            folder=self.folder,
        )

    def start(self, **variables: str) -> None:
        """Start the process in its folder, which is made where it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._born = self.log_size()
        own = {"HOME": str(self.folder), "TMPDIR": str(self.folder)}
        if self.clock_offset_s:
            own |= {**fake_clock(), "FAKETIME": f"{self.clock_offset_s:+d}s"}
        super().start(**own, **variables)
        self.paused = False

    def pause(self) -> None:
        """SIGSTOP."""
        self.paused = True
        super().pause()

    def resume(self) -> None:
        """SIGCONT."""
        super().resume()
        self.paused = False

    async def terminate(self, timeout_s: float) -> int | None:
        """SIGTERM; the exit status, or None where it had to be killed after `timeout_s`."""
        try:
            return await asyncio.to_thread(self.stop, timeout_s)
        except WorkerFailed:
            self.kill()
            return None

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

    def describe(self) -> str:
        """Its readiness, what it measures of stopping, holding up and lag, and its last lines."""
        readiness, metrics = (self.get(path)[1] for path in ("/health/ready", "/metrics"))
        told = [each for each in metrics.splitlines() if each.startswith(TELLING)]
        said = [json.dumps(each) for each in self.said(self._born)[-LAST_LINES:]]
        return "\n  ".join([readiness.strip(), *told, *said])

    async def ready(self) -> set[str] | None:
        """What it runs, in its own words; None where it is not ready or does not answer."""
        if not self.running or self.paused:
            return None
        return await asyncio.to_thread(self.ready_partitions, ANSWER_TIMEOUT_S)
