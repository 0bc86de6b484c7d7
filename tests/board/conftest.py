"""A real Chromium for the tests of this folder, and the cluster tests' real Kafka and Redis.

Without Chromium they are skipped, but where CI=true they fail.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.board.board_centre import TOKEN, Centre, working
from tests.board.browser import Browser, installed
from tests.board.page import shown
from tests.board.stub import Stub, serving
from tests.cluster.conftest import brokers, kafka_installed, redis_installed, redis_url

__all__ = ["brokers", "kafka_installed", "redis_installed", "redis_url"]

AXE = "axe-core@4.14.1"


def give_up(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder's tests in this process; skip where there is none."""
    if not installed():
        give_up("no Chromium: apt-get install chromium chromium-driver")
    with tempfile.TemporaryDirectory(
        prefix="omnistate-chromium-", ignore_cleanup_errors=True
    ) as folder:
        found = Browser(Path(folder))
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser as if it were new; whatever the page complains of fails the test."""
    chromium.look()
    yield chromium
    complaints = chromium.complaints()
    chromium.leave()
    assert [each for each in complaints if "/api/" not in each] == []


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A stand-in for a worker, which says whatever a test wants."""
    with serving() as found:
        yield found


@pytest.fixture
def page(stub: Stub, browser: Browser) -> Browser:
    """The board of the stub, signed in."""
    return shown(stub, browser)


@pytest.fixture(scope="package")
def centre(
    brokers: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Centre]:
    """One centre at work for this folder's tests in this process; it is long in coming."""
    with working(brokers, redis_url, tmp_path_factory.mktemp("centre")) as found:
        yield found
        for worker in found.found.workers:
            assert "Traceback" not in worker.log(), worker.log()
            assert TOKEN not in worker.log()


@pytest.fixture(scope="package")
def axe(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from npm."""
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    if shutil.which("npm") is None:
        give_up("accessibility is not checked without npm: apt-get install npm")
    ended = subprocess.run(
        [*command, "--prefix", str(folder), AXE],
        capture_output=True, check=False, stdin=subprocess.DEVNULL, text=True, timeout=90,
    )  # fmt: skip
    if ended.returncode != 0:
        give_up(f"accessibility is not checked: npm could not install {AXE}")
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Five workers and a browser take their time on a machine that has other things to do."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))
