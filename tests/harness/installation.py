"""One installation of omnistate on a real cluster: its commands and its workers, as processes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.harness.command import SOURCES, Command, Run, environment, run_command
from tests.harness.tied_process import PATIENCE_S
from tests.harness.worker_process import WorkerProcess


class CommandFailed(Exception):
    """A command of omnistate ended otherwise than it should; the message is what it said."""


class Installation:
    """Commands and workers that share brokers and a prefix; `end` leaves no worker behind.

    `settings` by their names in the command line; `folder` is for logs and files.
    """

    def __init__(
        self,
        brokers: str,
        prefix: str,
        folder: Path,
        *,
        command: Command = SOURCES,
        **settings: Any,
    ) -> None:
        self.brokers, self.prefix, self.folder = brokers, prefix, folder
        self.command = command
        # What was published last.
        self.config_path = folder / f"{prefix}config.yaml"
        self.environment = environment(command, brokers=brokers, topic_prefix=prefix, **settings)
        self.workers: list[WorkerProcess] = []

    def attempt(self, *arguments: str, timeout_s: float = PATIENCE_S) -> Run:
        """Run a command to its end, whatever that is. Raises TimeoutExpired."""
        return run_command(arguments, self.environment, command=self.command, timeout_s=timeout_s)

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command to its end; all that it printed. Raises CommandFailed."""
        done = self.attempt(*arguments)
        if done.status != status:
            said = f"{done.status}: {done.err or done.out}"
            raise CommandFailed(f"omnistate {' '.join(arguments)}: {said}")
        return done.out + done.err

    def lay_out(self, partitions: int, replicas: int = 1) -> None:
        """The topics, in so many copies."""
        options = ("--partitions", str(partitions), "--replication-factor", str(replicas))
        self.run("topics", "apply", *options)

    def configure(self, configuration: Mapping[str, Any], *options: str) -> str:
        """Publish a configuration: JSON is YAML."""
        self.config_path.write_text(json.dumps(configuration), encoding="utf-8")
        return self.run("config", "apply", str(self.config_path), *options)

    def set_up(
        self, configuration: Mapping[str, Any], partitions: int = 4, replicas: int = 1
    ) -> None:
        """Topics and configuration."""
        self.lay_out(partitions, replicas)
        self.configure(configuration)

    def write_events(self, events: list[dict[str, Any]], name: str = "events.jsonl") -> Path:
        """A file of events."""
        path = self.folder / name
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return path

    def send(self, events: list[dict[str, Any]], *options: str) -> str:
        """Publish events."""
        return self.run("send", str(self.write_events(events)), *options)

    def worker(
        self, kind: str = "conversation", *options: str, ready: bool = True, port: int = 0
    ) -> WorkerProcess:
        """Start a worker, and wait until it is ready."""
        log = self.folder / f"{kind}-{len(self.workers) + 1}.log"
        worker = WorkerProcess(
            kind, dict(self.environment), log, *options, command=self.command, port=port
        )
        self.workers.append(worker)
        worker.start()
        if ready:
            worker.await_ready()
        return worker

    def await_ready(self) -> None:
        """Wait until all workers are ready."""
        for worker in self.workers:
            worker.await_ready()

    def caught_up(self, group: str = "conversation") -> bool:
        """Whether a group has nothing left to read."""
        lines = self.run("lag", "--json").splitlines()
        return not any(each["records"] for each in map(json.loads, lines) if each["group"] == group)

    def end(self) -> None:
        """Leave no worker behind."""
        for worker in self.workers:
            worker.close()


@contextmanager
def installed(brokers: str, prefix: str, folder: Path, **settings: Any) -> Iterator[Installation]:
    """An installation of a test's own: dead workers are missed soon, and warnings are errors."""
    found = Installation(brokers, prefix, folder, **{"session_timeout": 6} | settings)
    found.environment["PYTHONWARNINGS"] = "error"
    try:
        yield found
    finally:
        found.end()
