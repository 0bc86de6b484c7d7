"""What the compose file brings up, on a container engine of the tests' own, its images made here.

Kafka is that of the tests' jars; Redis, Java and Prometheus are Debian's. No registry is asked.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from tests.deploy.container_engine import ROOT, ContainerEngine
from tests.harness.broker.jars import cache, provide
from tests.harness.fetched_folder import FetchUnavailable, fetch, provide_folder

TOOL: Final = "v2.40.3"
MODULE: Final = "github.com/docker/compose/v2/cmd"
OTHERS: Final = "debian-java-redis-prometheus:local"
PACKAGES: Final = ("openjdk-17-jre-headless", "redis-server", "prometheus")
FOLDER: Final = ROOT / "deploy" / "compose"
OMNISTATE: Final = "/opt/omnistate/bin/omnistate"
# What Kafka's own image has in this place.
SCRIPTS: Final = {
    "kafka-storage.sh": "kafka.tools.StorageTool",
    "kafka-server-start.sh": "kafka.Kafka",
    "kafka-broker-api-versions.sh": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
}
SCRIPT: Final = "#!/bin/sh\nexec java $KAFKA_HEAP_OPTS -cp '/opt/kafka/libs/*' {} \"$@\"\n"


class BuiltImages(NamedTuple):
    """An engine, and the images that it has, by the variable that names each."""

    engine: ContainerEngine
    names: dict[str, str]


def provide_tool() -> Path:
    """A folder for DOCKER_CONFIG with `docker compose`; builds it once. Raises FetchUnavailable."""
    return provide_folder(f"docker-compose-{TOOL}", _build_tool)


def _build_tool(folder: Path) -> None:
    if shutil.which("go") is None:
        raise FetchUnavailable("no docker compose: apt-get install golang")
    work = folder / "work"
    work.mkdir()
    fetch(["go", "mod", "init", "compose"], work)
    fetch(["go", "get", f"{MODULE}@{TOOL}"], work)
    fetch(["go", "build", "-o", str(folder / "cli-plugins" / "docker-compose"), MODULE], work)
    shutil.rmtree(work)


class Compose:
    """`docker compose` over the files of a folder; images are those made here."""

    def __init__(
        self,
        engine: ContainerEngine,
        images: Mapping[str, str],
        profiles: str,
        files: Sequence[str] = ("compose.yaml",),
        folder: Path = FOLDER,
    ) -> None:
        self.engine = engine
        self.folder = folder
        named = [part for file in files for part in ("--file", str(folder / file))]
        self._command = ("docker", "compose", *named)
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(engine.folder),
            "DOCKER_HOST": engine.host,
            "DOCKER_CONFIG": str(provide_tool()),
            "COMPOSE_PROFILES": profiles,
            **images,
        }

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        command = (*self._command, *arguments)
        return subprocess.run(
            command, env=self.variables, capture_output=True, text=True, check=False
        )

    def run(self, *arguments: str) -> str:
        """What it prints. Raises AssertionError with what it said where it fails."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout[-3_000:]}{done.stderr}"
        return done.stdout

    def omnistate(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of ours, beside the lag worker."""
        return self.attempt("exec", "-T", "lag", OMNISTATE, *arguments)

    def ask(self, service: str, address: str) -> str:
        """What a web server in the network answers to a container of the service."""
        read = f"import urllib.request; print(urllib.request.urlopen('{address}').read().decode())"
        return self.run("exec", "-T", service, "/opt/omnistate/bin/python", "-c", read)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """What Prometheus answers, by label."""
        address = f"http://prometheus:9090/api/v1/query?query={quote(expression)}"
        answer = json.loads(self.ask("lag", address))
        assert answer["status"] == "success"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def value(self, expression: str) -> float | None:
        """The only one that Prometheus answers; None where there is none."""
        found = self.query(expression)
        return float(found[0]["value"][1]) if found else None

    def states(self) -> dict[str, list[dict[str, Any]]]:
        """Every container, also those that have ended, by its service."""
        found: dict[str, list[dict[str, Any]]] = {}
        for line in self.run("ps", "--all", "--format", "json").splitlines():
            container = json.loads(line)
            found.setdefault(container["Service"], []).append(container)
        return found


def build_images(engine: ContainerEngine, folder: Path) -> dict[str, str]:
    """Every image by the variable that names it."""
    engine.make_image("omnistate:test")
    others = engine.make_base(OTHERS, PACKAGES)
    context = folder / "images"
    (context / "libs").mkdir(parents=True)
    (context / "bin").mkdir()
    provide()
    for jar in cache().glob("*.jar"):
        shutil.copy(jar, context / "libs")
    for name, program in SCRIPTS.items():
        (context / "bin" / name).write_text(SCRIPT.format(program), encoding="utf-8")
        (context / "bin" / name).chmod(0o755)
    recipes = {
        "KAFKA_IMAGE": "COPY libs /opt/kafka/libs\nCOPY bin /opt/kafka/bin\nENTRYPOINT []\n",
        "REDIS_IMAGE": "ENTRYPOINT []\n",
        "PROMETHEUS_IMAGE": 'ENTRYPOINT ["prometheus"]\n',
    }
    images = {"OMNISTATE_IMAGE": "omnistate:test"}
    for variable, recipe in recipes.items():
        (context / "Dockerfile").write_text(f"FROM {others}\n{recipe}", encoding="utf-8")
        images[variable] = f"{variable.lower()}:test"
        engine.docker("build", "--network", "none", "--tag", images[variable], str(context))
    return images
