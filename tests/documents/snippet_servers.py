"""The servers that a page asks for, at addresses of their own, in place of those that it names."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.deploy.kubernetes_tools import provide_tools
from tests.documents.snippet_pages import ROOT, Page
from tests.harness import machine
from tests.harness.broker import Broker
from tests.harness.fetched_folder import FetchUnavailable
from tests.harness.ports import free_port
from tests.harness.redis import RedisServer

PORTS: Final = ("6066", "6067", "6068", "6069", "6070")
# The marks of the tests: a page that needs a tool needs a broker, too.
MARKS: Final = {
    "broker": "broker",
    "tls": "broker",
    "redis": "redis",
    # These copy the whole repository, or fetch something.
    "clone": "slow",
    "npm": "slow",
    "mvn": "slow",
    "helm": "slow",
}
# What a copy of the repository does without.
_LEFT_OUT: Final = shutil.ignore_patterns(
    ".git", ".venv*", ".hypothesis", ".*_cache", "__pycache__", "build", "dist", "node_modules"
)


def copy_repository(folder: Path) -> dict[str, str]:
    """Copy the repository, to be changed; the environment in which Python imports the copy."""
    shutil.copytree(ROOT, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
    return {"PYTHONPATH": f"{folder / 'workers'}:{folder / 'schemas'}"}


def add_helm(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which `helm` is the tests' own. Skips where the machine cannot have it."""
    try:
        return {"PATH": f"{provide_tools()}:{environment['PATH']}"}
    except FetchUnavailable as reason:
        machine.give_up(f"no helm: {reason}")


def start_servers(page: Page, stack: ExitStack) -> dict[str, str]:
    """Start them; what each name of the pages is here. Skips where the machine lacks something."""
    words = {port: str(free_port()) for port in PORTS}
    if "npm" in page.needs:
        machine.require_npm()
    if "mvn" in page.needs or page.needs & {"broker", "tls"}:
        machine.require_kafka()
    if "broker" in page.needs:
        words["localhost:9092"] = stack.enter_context(Broker()).bootstrap
    if "tls" in page.needs:
        broker = stack.enter_context(Broker(security="sasl", client_certificate="required"))
        words |= {
            "kafka.example:9093": broker.bootstrap_sasl_tls,
            "kafka.example:9094": broker.bootstrap_tls,
            "/etc/kafka/ca.pem": str(broker.ca_file),
            "/etc/kafka/client.pem": str(broker.cert_file),
            "/etc/kafka/client.key": str(broker.key_file),
            "centre-operator": broker.username,
            "a-password-from-your-vault": broker.password,
        }
    if "redis" in page.needs:
        machine.require_redis()
        words["redis://localhost:6379"] = stack.enter_context(RedisServer()).url.removesuffix("/0")
    return words
