"""One broker for several processes, such as the workers of a test run.

Whoever asks first starts it as a process of its own; it ends when the process named ends, so nobody
needs to count who still uses it.
"""

import os
import re
import sys
import time
from pathlib import Path

from tests.harness.broker import jars
from tests.harness.broker.broker_storage import BrokerFailed
from tests.harness.fetched_folder import locked
from tests.harness.tied_process import PATIENCE_S

ROOT = Path(__file__).parents[3]


def shared_broker(folder: Path, until_pid: int) -> str:
    """The address of the one broker of all who name this folder; it ends with `until_pid`.

    BrokerUnavailable where this machine lacks what a broker needs.
    """
    jars.provide()
    said = folder / "broker.txt"
    with locked(folder / "broker.lock"):
        if not said.exists():
            _spawn(["--port", "0", "--heap", "512m", "--until-pid", str(until_pid)], said)
        return _await_address(said)


def _spawn(arguments: list[str], said: Path) -> None:
    # Not subprocess: it wants to see the end of what it starts, and this one outlives us.
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "tests.harness.broker", *arguments],
        {**os.environ, "PYTHONPATH": str(ROOT)},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(said), writing, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _await_address(said: Path) -> str:
    until = time.monotonic() + PATIENCE_S
    text = ""
    while time.monotonic() < until:
        text = said.read_text() if said.exists() else ""
        if found := re.search(r"^Kafka \S+ on (\S+);", text, re.MULTILINE):
            return found[1]
        if text.endswith("\n"):
            break
        time.sleep(0.05)
    raise BrokerFailed(f"the shared broker did not start: {text.strip() or 'it says nothing'}")
