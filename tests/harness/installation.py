"""One installation of omnistate on a real cluster: its commands and its workers, as processes."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.harness.free_ports import free_port

COMMAND = (sys.executable, "-m", "omnistate.cli.app")
ROOT = Path(__file__).parents[2]
START_S = 40.0


def wait_until(what: str, ask: Callable[[], bool], seconds: float = START_S) -> float:
    """How long it took until something was so, in seconds. Raises AssertionError otherwise."""
    began_s = time.monotonic()
    while not ask():
        if time.monotonic() - began_s > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began_s


class Worker:
    """One worker process; its log is a file."""

    def __init__(self, name: str, environment: dict[str, str], log: Path, *options: str) -> None:
        self.port = free_port()
        self.log_path = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [*COMMAND, "worker", name, *options],
                env={**environment, "OMNISTATE_WEB_PORT": str(self.port)},
                cwd=ROOT,
                stdout=file,
                stderr=file,
            )

    def get(self, path: str) -> tuple[int, str]:
        """A page's status and text; status 0 where nobody answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=5
            ) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def is_ready(self) -> bool:
        """Whether it says so; an end is an end of waiting, too."""
        assert self.process.poll() is None, self.log()
        return self.get("/health/ready")[0] == 200

    def partitions(self) -> set[str]:
        """The partitions that it owns."""
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
        return self.log_path.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def stop(self, seconds: float = 15.0) -> int:
        """Ask it to end; its exit status. Raises where it does not."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(seconds)

    def end(self) -> None:
        """Be rid of it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()


class Installation:
    """Commands and workers that share brokers and a prefix."""

    def __init__(self, brokers: str, prefix: str, folder: Path, **settings: str) -> None:
        self.brokers, self.prefix, self.folder = brokers, prefix, folder
        own = {name: value for name, value in os.environ.items() if "OMNISTATE_" not in name}
        self.environment = {
            **own,
            "OMNISTATE_BROKERS": brokers,
            "OMNISTATE_TOPIC_PREFIX": prefix,
            "OMNISTATE_SESSION_TIMEOUT": "6",
            "PYTHONWARNINGS": "error",
            **{f"OMNISTATE_{name.upper()}": value for name, value in settings.items()},
        }
        self.workers: list[Worker] = []

    def run(self, *arguments: str, status: int = 0, seconds: float = 60) -> str:
        """Run a command to its end; what it printed. Raises where its status is another one."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def set_up(self, configuration: dict[str, Any], partitions: int = 4) -> None:
        """Topics and configuration."""
        self.run(*("topics", "apply", "--partitions", str(partitions), "--replication-factor", "1"))
        self.configure(configuration)

    def configure(self, configuration: dict[str, Any], *options: str) -> str:
        """Publish a configuration: JSON is YAML."""
        path = self.folder / "config.yaml"
        path.write_text(json.dumps(configuration))
        return self.run("config", "apply", str(path), *options)

    def write_events(self, events: list[dict[str, Any]], name: str = "events.jsonl") -> Path:
        """A file of events."""
        path = self.folder / name
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return path

    def send(self, events: list[dict[str, Any]], *options: str) -> str:
        """Publish events."""
        return self.run("send", str(self.write_events(events)), *options)

    def worker(self, name: str = "conversation", *options: str, ready: bool = True) -> Worker:
        """Start a worker, and wait until it is ready."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        worker = Worker(name, self.environment, log, *options)
        self.workers.append(worker)
        if ready:
            wait_until("worker ready", worker.is_ready)
        return worker

    def caught_up(self, group: str = "conversation") -> bool:
        """Whether a group has nothing left to read."""
        lines = self.run("lag", "--json").splitlines()
        return not any(each["records"] for each in map(json.loads, lines) if each["group"] == group)


@contextmanager
def installed(brokers: str, prefix: str, folder: Path, **settings: str) -> Iterator[Installation]:
    """An installation whose workers all end with the test."""
    found = Installation(brokers, prefix, folder, **settings)
    try:
        yield found
    finally:
        for worker in found.workers:
            worker.end()
