"""The cache of Kafka's jars: filled once, whole or not at all, and told of where it cannot be."""

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.broker import BrokerUnavailable, jars


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a Maven of the test's own first; an empty cache comes with it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def put(script: str) -> Path:
        program = programs / "mvn"
        program.write_text(f"#!/bin/sh\necho called >> {tmp_path}/calls\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return tmp_path / "calls"

    return put


def test_jars_are_fetched_once_and_only_whole(
    kafka_installed: None, maven: Callable[[str], Path]
) -> None:
    calls = maven(f"touch half.jar; sleep 0.2; touch kafka_2.13-{jars.VERSION}.jar")
    part = jars.cache().with_name(f"{jars.cache().name}.part")
    part.mkdir(parents=True)
    (part / "left-behind.jar").touch()
    threads = [threading.Thread(target=jars.classpath) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls.read_text() == "called\n"
    assert {jar.name for jar in jars.cache().iterdir()} == {
        "half.jar",
        f"kafka_2.13-{jars.VERSION}.jar",
    }


def test_a_failed_fetch_leaves_no_cache(
    kafka_installed: None, maven: Callable[[str], Path]
) -> None:
    maven("touch half.jar; echo '[ERROR] the network is down'; exit 1")
    with pytest.raises(
        BrokerUnavailable, match=r"Kafka .* could not fetch it: .*the network is down"
    ):
        jars.classpath()
    assert not jars.cache().exists()


def test_what_is_missing_is_said_with_how_to_get_it(
    kafka_installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_java = tmp_path / "java"
    only_java.symlink_to(jars.java())
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerUnavailable, match="apt-get install maven"):
        jars.classpath()
    only_java.unlink()
    with pytest.raises(BrokerUnavailable, match="apt-get install default-jre-headless"):
        jars.classpath()
