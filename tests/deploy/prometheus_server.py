"""A real Prometheus on the loopback interface: Debian's, with the rules, for one test."""

import json
import shutil
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.monitoring.pictures import ask
from tests.harness import ports
from tests.harness.machine import give_up
from tests.harness.server import CONSOLE, Server
from tests.harness.tied_process import PATIENCE_S

INTERVAL: Final = "1s"


class PrometheusFailed(Exception):
    """Prometheus did not start; the message says why, as far as it does."""


class PrometheusServer(Server):
    """It asks each target, a job's list of `host:port`, every second, and keeps what it is told."""

    def __init__(self, folder: Path, targets: Mapping[str, Sequence[str]], rules: str) -> None:
        super().__init__(folder, "prometheus-")
        self._targets = targets
        self._rules = rules

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{ports.HOST}:{self._reserved['web'].getsockname()[1]}"

    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("prometheus")
        if program is None:
            give_up("no Prometheus: apt-get install prometheus")
        self._reserved.setdefault("web", ports.reserve())
        folder = self._folder()
        folder.mkdir(parents=True, exist_ok=True)
        jobs = [
            {"job_name": job, "static_configs": [{"targets": list(targets)}]}
            for job, targets in self._targets.items()
        ]
        settings = {
            "global": {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL},
            "rule_files": ["rules.yaml"],
            "scrape_configs": jobs,
        }
        (folder / "rules.yaml").write_text(self._rules)
        (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
        address = self.url.removeprefix("http://")
        options = ("--config.file=prometheus.yml", "--storage.tsdb.path=data")
        self._launch(
            [program, *options, f"--web.listen-address={address}"],
            self._is_ready,
            lambda what: PrometheusFailed(f"Prometheus {what}: {self.last_words()}"),
            timeout_s,
        )

    def last_words(self) -> str:
        """The end of what it has printed."""
        return (self.data / CONSOLE).read_text(errors="replace")[-500:]

    def answer(self, expression: str) -> list[dict[str, Any]]:
        """The series that it answers a question with, at this moment."""
        return ask(self.url, "query", query=expression)

    def alerts(self) -> dict[str, str]:
        """The state of each alert that is pending or firing, by name."""
        with urllib.request.urlopen(f"{self.url}/api/v1/alerts", timeout=30) as answer:
            found = json.load(answer)["data"]["alerts"]
        return {each["labels"]["alertname"]: each["state"] for each in found}

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
