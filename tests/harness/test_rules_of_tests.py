"""Rules that all tests keep: loops are pytest-asyncio's, names differ, failures reproduce."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.harness.command import ROOT

TESTS: Final = ROOT / "tests"
MODULES: Final = sorted(TESTS.rglob("*.py"))
RUNNERS: Final = {"asyncio.run", "asyncio.Runner"}
# What a loop leaves at its end is what these two are about; the generator's thread has one of its
# own, so that no fault holds it up.
LOOPS_OF_THEIR_OWN: Final = {
    "tests/process/test_event_loop.py",
    "tests/process/test_web_port.py",  # on the loop of the workers, too
    "tests/cluster/test_client_shutdown.py",
    "tests/chaos/generator.py",
    "tests/harness/tcp_proxy.py",
}
# Modules that are programs: `python -m …`, the last one within a container.
PROGRAMS: Final = {
    "tests/board/pictures.py",
    "tests/engine/test_golden_stories.py",
    "tests/deploy/waiting_inputs.py",
}
FAILING: Final = """
import asyncio
import gc

from hypothesis import given
from hypothesis import strategies as st


@given(seed=st.integers(0, 100))
async def test_of_a_seed(seed: int) -> None:
    await asyncio.sleep(0)
    assert seed < 50


def test_of_a_loop() -> None:
    asyncio.new_event_loop()
    gc.collect()


@given(st.none())
def test_of_a_slow_machine(_: None) -> None:
    import time

    time.sleep(0.5)
"""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_test_runs_a_loop_itself(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if path.name == "__main__.py" or name in LOOPS_OF_THEIR_OWN | PROGRAMS:
        return
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) in RUNNERS
            or ast.unparse(node.func).endswith(".run_until_complete")
        )
    ]
    assert not calls, f"{name}:{calls[0].lineno}: let the test be `async def`"


def test_no_two_modules_of_tests_have_one_name() -> None:
    names = Counter(
        path.name
        for path in MODULES
        if path.name not in {"__init__.py", "__main__.py", "conftest.py"}
        # The servers of the harness are packages, whose modules are named after what they are.
        and path.parent not in {TESTS / "harness" / "broker", TESTS / "harness" / "redis"}
        # A second implementation has the contract's nouns, too.
        and path.parent != TESTS / "oracle"
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_a_test_that_starts_a_server_is_marked(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        assert isinstance(item, pytest.Function)
        marks = {mark.name for mark in item.iter_markers()}
        for fixture, mark in (
            ("own_broker", "broker"),
            ("brokers", "broker"),
            ("own_redis", "redis"),
            ("service", "redis"),
            ("browser", "browser"),
        ):
            assert fixture not in item.fixturenames or mark in marks, item.nodeid


@pytest.mark.slow
def test_a_failure_says_how_to_come_to_it_again(tmp_path: Path) -> None:
    """Beside it: a loop that is not closed fails its test, and a slow machine fails none."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import *  # noqa: F403\n")
    (tmp_path / "test_it.py").write_text(FAILING)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"),
            *("-c", str(ROOT / "pyproject.toml"), f"--rootdir={tmp_path}", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "seed=50" in done.stdout, done.stdout + done.stderr
    assert "@reproduce_failure(" in done.stdout
    assert "unclosed event loop" in done.stdout
    assert "2 failed, 1 passed" in done.stdout, done.stdout
