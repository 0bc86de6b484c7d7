"""A machine that lacks something leaves tests out with one line; one that checks all fails them."""

import os
from collections.abc import Callable

import pytest

from tests.harness import machine
from tests.harness.waiting import stretch

NEEDS: list[tuple[Callable[[], None], str]] = [
    (machine.require_kafka, "apt-get install default-jre-headless"),
    (machine.require_redis, "apt-get install redis-server"),
    (machine.require_chromium, "apt-get install chromium chromium-driver"),
    (machine.require_npm, "apt-get install npm"),
    (machine.require_compiler, "apt-get install gcc python3-dev"),
]


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any of it."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.mark.parametrize(("require", "remedy"), NEEDS)
def test_what_is_missing_is_a_line_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, require: Callable[[], None], remedy: str
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=remedy) as left_out:
        require()
    assert "\n" not in str(left_out.value)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=remedy):
        require()


def test_a_promise_of_time_is_longer_where_many_want_a_core(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (8.0, 1.0, 1.0))
    assert stretch(10) >= 40
    monkeypatch.setattr(os, "cpu_count", lambda: 10_000)
    assert stretch(10) == 10
