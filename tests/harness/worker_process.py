"""One worker as a process: `omnistate worker <kind>`, as an operator runs it.

It ends with whoever started it, and may be started again whenever it has ended: its port and its
log stay. It knows no fault; it can be asked, killed, paused and told to end.
"""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from signal import Signals
from typing import Any, Final

from tests.harness import ports
from tests.harness.command import ROOT, SOURCES, Command
from tests.harness.tied_process import PATIENCE_S, TiedProcess
from tests.harness.waiting import LOOK_S, stretch

ANSWER_TIMEOUT_S: Final = 5.0
# contract.md#workers: it finishes, commits, leaves and exits 0 within this time, where it can.
PROMISED_END_S: Final = 10.0


class WorkerFailed(Exception):
    """A worker ended, or did not get ready; the message ends with what it said last."""


class WorkerProcess:
    """One place for a worker process, at a web port of its own."""

    def __init__(
        self,
        kind: str,
        environment: Mapping[str, str],
        log: Path,
        *options: str,
        command: Command = SOURCES,
        folder: Path = ROOT,
        port: int = 0,
    ) -> None:
        """`options` of the command, `port` 0 for any free one. It does not start yet."""
        self.kind, self.log_path = kind, log
        # How often a process was started here, and when last, by the monotonic clock.
        self.starts = 0
        self.started_s = 0.0
        self._arguments = ("worker", kind, *options)
        self._environment, self._command, self._folder = environment, command, folder
        self._reserved = ports.reserve(port)
        self._process: TiedProcess | None = None

    @property
    def port(self) -> int:
        """Where its web server is, in each of its lives."""
        return int(self._reserved.getsockname()[1])

    def start(self, **variables: str) -> None:
        """Start the process, with more variables than those that each life has."""
        self.starts += 1
        self.started_s = time.monotonic()
        self._process = TiedProcess(
            [*self._command, *self._arguments],
            self.log_path,
            folder=self._folder,
            environment={
                **self._environment,
                "OMNISTATE_WEB_PORT": str(self.port),
                **variables,
            },
            append=True,
        )

    @property
    def running(self) -> bool:
        """Whether there is a process, paused or not."""
        return self._process is not None and self._process.running

    @property
    def status(self) -> int | None:
        """The exit status of the last process; None while it runs."""
        return None if self._process is None else self._process.status

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._started().pid

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Its exit status, once it has ended by itself. Raises TimeoutExpired."""
        return self._started().wait(timeout_s)

    def signal(self, number: Signals) -> None:
        """Send it a signal."""
        self._started().signal(number)

    def stop(self, timeout_s: float = PATIENCE_S) -> int:
        """Ask it to end; its exit status. Raises WorkerFailed where it does not."""
        process = self._started()
        process.signal(Signals.SIGTERM)
        process.resume()
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise WorkerFailed(f"did not end in {timeout_s:g} s: {self.last_words()}") from None

    def end_in_time(self) -> int:
        """The same, within the time that is promised."""
        return self.stop(stretch(PROMISED_END_S))

    def kill(self) -> None:
        """As `kill -9` does."""
        if self._process is not None:
            self._process.kill()

    def pause(self) -> None:
        """SIGSTOP."""
        self._started().pause()

    def resume(self) -> None:
        """SIGCONT."""
        self._started().resume()

    def close(self) -> None:
        """Leave no process behind, and give the port back; may be called again."""
        self.kill()
        self._reserved.close()

    def get(self, path: str, timeout_s: float = ANSWER_TIMEOUT_S) -> tuple[int, str]:
        """A page's status and text; status 0 where nobody answers."""
        address = f"http://{ports.HOST}:{self.port}{path}"
        try:
            with urllib.request.urlopen(address, timeout=timeout_s) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def is_ready(self) -> bool:
        """Whether it says so. Raises WorkerFailed where it has ended."""
        if not self.running:
            raise WorkerFailed(f"ended with {self.status}: {self.last_words()}")
        return self.get("/health/ready")[0] == 200

    def await_ready(self, timeout_s: float = PATIENCE_S) -> float:
        """Wait until it is ready; seconds since its start. Raises WorkerFailed."""
        while not self.is_ready():
            if time.monotonic() - self.started_s > timeout_s:
                raise WorkerFailed(f"not ready in {timeout_s:g} s: {self.last_words()}")
            time.sleep(LOOK_S)
        return time.monotonic() - self.started_s

    def ready_partitions(self, timeout_s: float = ANSWER_TIMEOUT_S) -> set[str] | None:
        """What it runs, in its own words; None where it is not ready or does not answer."""
        status, text = self.get("/health/ready", timeout_s)
        return set(json.loads(text)["partitions"]) if status == 200 else None

    def partitions(self) -> set[str]:
        """The partitions that it says it runs or has, ready or not; none where nobody answers."""
        text = self.get("/health/ready")[1]
        return set(json.loads(text)["partitions"]) if text else set()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric's samples that bear these labels."""
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            head, _, number = line.rpartition(" ")
            bare, _, rest = head.partition("{")
            if bare == name and wanted <= set(rest.rstrip("}").split(",")):
                total += float(number)
        return total

    def log(self) -> str:
        """Everything that it has said."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def last_words(self) -> str:
        """The end of what it has said."""
        return self.log()[-3_000:]

    def said(self, since: int = 0) -> list[dict[str, Any]]:
        """What it has logged as JSON, from a position in its log on; other lines as `line`."""
        if not self.log_path.exists():
            return []
        with self.log_path.open("rb") as log:
            log.seek(since)
            return list(_parse(log.read()))

    def log_size(self) -> int:
        """The present end of its log, in bytes."""
        return self.log_path.stat().st_size if self.log_path.exists() else 0

    def _started(self) -> TiedProcess:
        if self._process is None:
            raise RuntimeError("this worker was not started")
        return self._process


def _parse(text: bytes) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        yield found if isinstance(found, dict) else {"line": line.decode(errors="replace")}
