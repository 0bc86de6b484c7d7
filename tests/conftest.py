"""What all tests share: real servers, marks for what a test needs, and how hypothesis is set.

CI_OMNISTATE_BROKERS and CI_OMNISTATE_REDIS name servers that run already; else a run starts
one broker for all of its processes, and each process a Redis.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

from tests.harness import machine
from tests.harness.broker import Broker, shared_broker
from tests.harness.redis import RedisServer

# Whatever uses one of these fixtures, be it through others, needs what the mark says.
MARKS: Final = {
    "kafka_installed": "broker",
    "brokers": "broker",
    "redis_installed": "redis",
    "redis_url": "redis",
    "chromium": "browser",
    # npm fetches them.
    "axe": "slow",
    "official": "slow",
}
# No machine is too slow, and a failure says how to come to it again on another one.
settings.register_profile(
    "omnistate",
    settings.get_profile("ci" if os.environ.get("CI") == "true" else "default"),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("omnistate")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the servers that its fixtures start."""
    for item in items:
        if isinstance(item, pytest.Function):
            for mark in {MARKS[name] for name in item.fixturenames if name in MARKS}:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def kafka_installed() -> None:
    """Skip where no broker can be had."""
    machine.require_kafka()


@pytest.fixture(scope="session")
def brokers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The bootstrap servers of the one broker of this run, shared by all of its processes."""
    given = os.environ.get("CI_OMNISTATE_BROKERS")
    if given:
        return given
    request.getfixturevalue("kafka_installed")
    folder, run = tmp_path_factory.getbasetemp(), os.getpid()
    if hasattr(request.config, "workerinput"):  # a process of pytest-xdist, started by the run
        folder, run = folder.parent, os.getppid()
    return shared_broker(folder, until_pid=run)


@pytest.fixture
def prefix() -> str:
    """What a test's topics and keys begin with, so that tests on one server do not meet."""
    return f"t-{uuid.uuid4().hex[:8]}."


@pytest.fixture
def own_broker(kafka_installed: None, tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Start a broker for this test alone; the options are those of `Broker`."""
    started: list[Broker] = []

    def start(**options: Any) -> Broker:
        broker = Broker(tmp_path / f"broker-{len(started)}", **options)
        started.append(broker)
        broker.start()
        return broker

    yield start
    for broker in started:
        broker.close()


@pytest.fixture(scope="session")
def redis_installed() -> None:
    """Skip where no Redis can be had."""
    machine.require_redis()


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A Redis that tests share; each keeps to the keys of its own prefix."""
    given = os.environ.get("CI_OMNISTATE_REDIS")
    if given:
        yield given
        return
    request.getfixturevalue("redis_installed")
    with RedisServer() as server:
        yield server.url


@pytest.fixture
def own_redis(redis_installed: None) -> Iterator[RedisServer]:
    """A Redis for this test alone, to be killed, paused and emptied."""
    with RedisServer() as server:
        yield server
