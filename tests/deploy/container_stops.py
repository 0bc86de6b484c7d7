"""How long containers took to end once they were asked to, by the container engine's own clock.

Listen before they are asked: the engine forgets its events soon.
"""

import json
import shutil
from collections.abc import Collection
from typing import Any, NamedTuple

from tests.deploy.container_engine import ContainerEngine
from tests.harness.server import Startable
from tests.harness.tied_process import PATIENCE_S, TiedProcess
from tests.harness.waiting import wait_until


class Stop(NamedTuple):
    """A container that ended: how long after the first signal to it, and its exit status."""

    seconds: float
    status: int


class ContainerStops(Startable):
    """What the engine tells of containers that end, from `with` on."""

    def __init__(self, engine: ContainerEngine) -> None:
        self._engine = engine
        self._said = engine.folder / "events.jsonl"
        self._process: TiedProcess | None = None

    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """From now on, by the engine's clock: what ends while it connects is told, too."""
        docker = str(shutil.which("docker"))
        command = [docker, "--host", self._engine.host, "events", "--format", "{{json .}}"]
        filters = ("--filter", "event=kill", "--filter", "event=die")
        since = ("--since", self._engine.docker("info", "--format", "{{.SystemTime}}").strip())
        folder = self._said.parent
        self._process = TiedProcess([*command, *filters, *since], self._said, folder=folder)

    def close(self) -> None:
        """Hear no more."""
        if self._process is not None:
            self._process.stop()

    def await_stops(self, names: Collection[str]) -> dict[str, Stop]:
        """How each of these ended, once all of them have."""
        wait_until("all have ended", lambda: set(names) <= set(self._read()))
        return self._read()

    def _read(self) -> dict[str, Stop]:
        asked_ns: dict[str, int] = {}
        found: dict[str, Stop] = {}
        for line in self._said.read_text(encoding="utf-8").splitlines(keepends=True):
            if not line.endswith("\n"):  # it is being written
                break
            event: dict[str, Any] = json.loads(line)
            name = event["Actor"]["Attributes"]["name"]
            if event["Action"] == "die":
                seconds = (event["timeNano"] - asked_ns[name]) / 1e9
                found[name] = Stop(seconds, int(event["Actor"]["Attributes"]["exitCode"]))
            else:
                # The first signal asks; another one makes it.
                asked_ns.setdefault(name, event["timeNano"])
        return found
