"""A real Chromium for the tests of this folder, a board's stand-in, and a centre behind a board."""

import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.board.board_centre import TOKEN, Centre, working
from tests.board.browser import Browser
from tests.board.page import shown
from tests.board.stub import Stub, serving
from tests.harness import machine
from tests.harness.tied_process import PATIENCE_S

AXE = "axe-core@4.14.1"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder's tests in this process; skip where there is none."""
    machine.require_chromium()
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


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def centre(
    brokers: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Centre]:
    """One centre at work for this folder's tests in this process; it is long in coming."""
    async with working(brokers, redis_url, tmp_path_factory.mktemp("centre")) as found:
        yield found
        for worker in found.found.workers:
            assert "Traceback" not in worker.log(), worker.log()
            assert TOKEN not in worker.log()


@pytest.fixture(scope="package")
def axe(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from npm."""
    machine.require_npm()
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    ended = subprocess.run(
        [*command, "--prefix", str(folder), AXE],
        capture_output=True, check=False, stdin=subprocess.DEVNULL, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    if ended.returncode != 0:
        machine.give_up(f"accessibility is not checked: npm could not install {AXE}")
    return (folder / "node_modules/axe-core/axe.min.js").read_text()
