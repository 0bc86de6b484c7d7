"""What a machine may lack, in one place: a test without it is skipped, and where CI=true it fails.

A machine that checks everything must not leave anything out unseen.
"""

import os
import shutil
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

import pytest

from tests.harness.broker import BrokerUnavailable, jars
from tests.harness.redis import RedisUnavailable, executable

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
DRIVER: Final = "chromedriver"


def give_up(reason: str) -> NoReturn:
    """Leave a test out; `reason` is one line that says how to get what is missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def require_kafka() -> None:
    """Java and Kafka's jars, which are fetched where they are not there yet."""
    _try("no Kafka", jars.provide, BrokerUnavailable)


def require_redis() -> None:
    """A Redis server."""
    _try("no Redis", executable, RedisUnavailable)


def require_chromium() -> None:
    """A browser that a program can drive."""
    if not (shutil.which(DRIVER) and any(map(shutil.which, BROWSERS))):
        give_up("no Chromium: apt-get install chromium chromium-driver")


def require_npm() -> None:
    """Node's package manager."""
    if shutil.which("npm") is None:
        give_up("no npm: apt-get install npm")


def require_compiler() -> None:
    """A C compiler, and what it needs to compile for this Python."""
    header = Path(sysconfig.get_path("include"), "Python.h")
    if not (shutil.which("cc") and header.exists()):
        give_up("no C compiler, or not Python's headers: apt-get install gcc python3-dev")


def _try(what: str, provide: Callable[[], object], missing: type[Exception]) -> None:
    try:
        provide()
    except missing as reason:
        give_up(f"{what}: {reason}")
