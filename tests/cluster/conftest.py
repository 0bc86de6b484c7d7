"""A projection worker with its API, for all tests of this folder that ask it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.harness.service import Service, serving


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(
    brokers: str, redis_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Whoever ends it starts it again."""
    async with serving(brokers, tmp_path_factory.mktemp("service")) as started:
        yield started
