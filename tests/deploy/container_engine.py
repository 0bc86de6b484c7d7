"""A container engine of the tests' own, and base images without a registry.

All are made of Debian's packages. Engines that run on the machine already are left alone. Its
containers have no network, or one in a namespace of the engine's own, which leads nowhere else.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.harness.fetched_folder import cached_folder
from tests.harness.server import Startable
from tests.harness.tied_process import PATIENCE_S, TiedProcess
from tests.harness.waiting import wait_until

ROOT: Final = Path(__file__).parents[2]
BASE: Final = "debian-python:local"
PACKAGES: Final = ("python3", "ca-certificates")
FIRST_CGROUPS: Final = Path("/sys/fs/cgroup/cpu")
NEEDED: Final = ("dockerd", "docker", "containerd", "runc", "mmdebstrap")


class EngineUnavailable(Exception):
    """This machine cannot run containers; the message is one line that says what it lacks."""


def require_engine() -> None:
    """Raises EngineUnavailable."""
    if any(shutil.which(each) is None for each in NEEDED):
        needed = "apt-get install docker.io containerd runc mmdebstrap"
        raise EngineUnavailable(f"no container engine: {needed}")
    if os.geteuid() != 0:
        raise EngineUnavailable("no container engine: one of one's own needs root")


class ContainerEngine(Startable):
    """dockerd in a folder of its own, asked through its socket."""

    def __init__(self, *, networked: bool = False) -> None:
        # Short: the path of a socket has a limit.
        self.folder = Path(tempfile.mkdtemp(prefix="omni-"))
        self._namespace = self.folder.name if networked else None
        self.host = f"unix://{self.folder}/s"
        self._process: TiedProcess | None = None

    def start(self, timeout_s: float = PATIENCE_S) -> None:
        """Start it and wait until it answers."""
        settings = {
            "data-root": f"{self.folder}/data",
            "exec-root": f"{self.folder}/exec",
            "pidfile": f"{self.folder}/pid",
            "hosts": [self.host],
            **({} if self._namespace else {"bridge": "none", "iptables": False}),
            "ip-forward": False,
            # In the usual group of groups all containers together have the share of one process.
            **({"cgroup-parent": "/"} if FIRST_CGROUPS.is_dir() else {}),
        }
        (self.folder / "daemon.json").write_text(json.dumps(settings), encoding="utf-8")
        command = [str(shutil.which("dockerd")), "--config-file", f"{self.folder}/daemon.json"]
        if self._namespace:
            subprocess.run(["ip", "netns", "add", self._namespace], check=True)
            subprocess.run(["ip", "-n", self._namespace, "link", "set", "lo", "up"], check=True)
            # `ip netns exec` would hide the cgroups.
            command = [
                str(shutil.which("nsenter")),
                f"--net=/run/netns/{self._namespace}",
                *command,
            ]
        log = self.folder / "log"
        process = self._process = TiedProcess(command, log, folder=self.folder)
        wait_until("the engine answers", lambda: self._answers() or not process.running, timeout_s)
        assert process.running, log.read_text(encoding="utf-8")[-2_000:]

    def close(self) -> None:
        """Stop it, and take its folder away."""
        if self._process is not None:
            self._process.stop()
        if self._namespace:
            subprocess.run(["ip", "netns", "delete", self._namespace], check=True)
        shutil.rmtree(self.folder)

    def docker(self, *arguments: str) -> str:
        """What the command prints. Raises AssertionError with what it said where it fails."""
        done = self._run("docker", *arguments)
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout[-3_000:]}{done.stderr}"
        return done.stdout

    def inspect(self, image: str) -> dict[str, Any]:
        """What the engine says of an image."""
        found: list[dict[str, Any]] = json.loads(self.docker("image", "inspect", image))
        return found[0]

    def make_base(self, name: str = BASE, packages: Sequence[str] = PACKAGES) -> str:
        """The name of an image with these packages of Debian's, made where the cache has none."""
        recipe = ("--variant=minbase", f"--include={','.join(packages)}", "bookworm")
        digest = hashlib.sha256(repr(recipe).encode()).hexdigest()[:12]
        archive = cached_folder(f"base-{digest}.tar")
        if not archive.exists():
            archive.parent.mkdir(parents=True, exist_ok=True)
            made = archive.with_name(f"{os.getpid()}-{archive.name}")
            subprocess.run(["mmdebstrap", "--quiet", *recipe, str(made)], check=True)
            made.replace(archive)
        self.docker("import", str(archive), name)
        return name

    def make_image(self, name: str) -> None:
        """omnistate's, on that base, as `make image` makes it; needs no environment of its own."""
        options = (
            f"IMAGE={name}",
            f"BASE={self.make_base()}",
            f"bin={Path(sys.executable).parent}",
        )
        subprocess.run(
            ["make", "--old-file=.venv/.user", "image", *options],
            cwd=ROOT,
            env={**os.environ, "DOCKER_HOST": self.host},
            check=True,
        )

    def _answers(self) -> bool:
        return self._run("docker", "info").returncode == 0

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "DOCKER_HOST": self.host}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
