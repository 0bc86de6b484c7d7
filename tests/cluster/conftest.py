"""A real Kafka and a real Redis for the tests of this folder: shared ones, or a test's own.

CI_OMNISTATE_BROKERS and CI_OMNISTATE_REDIS name ones that run already. Without Java, Maven or
redis-server the tests are skipped, but where CI=true they fail: a machine that checks everything
must not leave these out unseen.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.broker import Broker, BrokerUnavailable, jars, shared_broker
from tests.harness.redis import RedisServer, RedisUnavailable, executable
from tests.harness.service import Service, serving


@pytest.fixture(scope="session")
def kafka_installed() -> None:
    """Skip where no broker can be had."""
    reason = None
    try:
        jars.provide()
    except BrokerUnavailable as missing:
        reason = f"no Kafka: {missing}"
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def brokers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The bootstrap servers of the one broker of this run, shared by all of its workers."""
    given = os.environ.get("CI_OMNISTATE_BROKERS")
    if given:
        return given
    request.getfixturevalue("kafka_installed")
    folder, run = tmp_path_factory.getbasetemp(), os.getpid()
    if hasattr(request.config, "workerinput"):  # a worker of pytest-xdist, started by the run
        folder, run = folder.parent, os.getppid()
    return shared_broker(folder, until_pid=run)


@pytest.fixture
def prefix() -> str:
    """What a test's topics begin with, so that tests on one broker do not meet."""
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
    reason = None
    try:
        executable()
    except RedisUnavailable as missing:
        reason = f"no Redis: {missing}"
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


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


@pytest.fixture(scope="session")
def service(brokers: str, redis_installed: None, tmp_path_factory: Any) -> Iterator[Service]:
    """A projection worker with its API; whoever ends it starts it again."""
    with serving(brokers, tmp_path_factory.mktemp("service")) as started:
        yield started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Processes that start and end take their time on a machine that has other things to do."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))
