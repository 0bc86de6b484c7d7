"""What tests of this folder share: a projection worker with its API, and a locked centre."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.cluster.locked_centre import LockedCentre, locked_broker
from tests.harness.service import Service, serving


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(
    brokers: str, redis_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Whoever ends it starts it again."""
    async with serving(brokers, tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def locked(
    kafka_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LockedCentre]:
    """Whoever takes a permission away gives it back; it has topics and configuration."""
    broker = locked_broker(tmp_path_factory.mktemp("locked"))
    centre = LockedCentre(broker, "locked.", tmp_path_factory.mktemp("centre"))
    broker.start()
    try:
        await centre.set_up()
        yield centre
    finally:
        centre.end()
        broker.close()
