"""A process that can be paused: what the fixtures' brokers, Redis servers and workers stand on."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.tied_process import TiedProcess
from tests.harness.waiting import wait_until

THREADS = 40
BUSY = f"""
import threading, time
def sleep():
    while True:
        time.sleep(0.0005)
for _ in range({THREADS}):
    threading.Thread(target=sleep).start()
print("running", flush=True)
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[TiedProcess]:
    process = TiedProcess([sys.executable, "-c", BUSY], tmp_path / "console", folder=tmp_path)
    wait_until("running", lambda: (tmp_path / "console").read_text() == "running\n")
    yield process
    process.kill()


def states(process: TiedProcess) -> set[str]:
    """How its threads are, in the letters of the kernel's `proc`: T is stopped."""
    tasks = Path(f"/proc/{process.pid}/task")
    return {stat.read_text().rpartition(") ")[2][0] for stat in tasks.glob("*/stat")}


def test_a_pause_has_begun_for_every_thread_when_it_returns(busy: TiedProcess) -> None:
    for _ in range(100):
        busy.pause()
        assert states(busy) == {"T"}
        busy.pause()
        assert states(busy) == {"T"}
        assert busy.running
        busy.resume()
        assert states(busy) != {"T"}


def test_a_paused_one_can_be_ended(busy: TiedProcess) -> None:
    busy.pause()
    busy.stop()
    assert not busy.running


def test_no_pause_waits_for_a_process_that_has_ended(tmp_path: Path) -> None:
    ended = TiedProcess([sys.executable, "-c", ""], tmp_path / "console", folder=tmp_path)
    wait_until("ended, and nobody has asked for its status", lambda: states(ended) == {"Z"})
    ended.pause()
    ended.pause()
    ended.resume()
    assert not ended.running
