"""The benchmark on tiny counts: everybody who is installed does the work, and the report is made.

It says nothing about speed. Peers that a developer's environment does not have are left out.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.harness.command import run_command

EVENTS = 800
TINY = ("--events", str(EVENTS), "--rounds", "1", "--conversations", "20", "--seconds", "1")


def measure(path: Path, *arguments: str) -> dict[str, Any]:
    """What was measured, by figure."""
    given = (*TINY, "--results", str(path), *arguments)
    done = run_command(given, os.environ, command=(sys.executable, "-m", "bench"))
    assert done.status == 0, done.out + done.err
    figures = json.loads(path.read_text())["figures"]
    return {name: each["measured"] for name, each in figures.items()}


def test_everybody_says_as_much_as_was_asked(kafka_installed: None, tmp_path: Path) -> None:
    everybody = ("omnistate", "faust", "bare", "read-only")
    path = tmp_path / "results.json"
    only = ("--only", "throughput,latency", "--contenders", ",".join(everybody))
    measured = measure(path, *only)
    rounds = measured["throughput"]["contenders"]
    assert [len(rounds[name]) for name in everybody] == [1, 1, 1, 1]
    assert rounds["bare"][0]["outputs"] == EVENTS
    # At least once.
    assert rounds["faust"][0]["outputs"] >= EVENTS
    assert rounds["omnistate"][0]["outputs"] > EVENTS / 3
    for name in everybody:
        assert rounds[name][0]["per_s"] > 0
    for name in ("omnistate", "bare"):
        (found,) = measured["latency"]["slow"][name]
        assert found["answered"] > 50
        assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["max_ms"]

    text = path.with_suffix(".md").read_text()
    for part in ("## Targets", "## Throughput", "## Latency", "bare aiokafka loop"):
        assert part in text
    for picture in ("benchmark-throughput.svg", "benchmark-latency.svg"):
        assert f"({picture})" in text
        assert (tmp_path / picture).read_text().startswith("<?xml")


def test_open_conversations_are_taken_in_and_restored(
    kafka_installed: None, tmp_path: Path
) -> None:
    only = ("--only", "states", "--open", "200", "--growth-events", "300")
    ((found,),) = measure(tmp_path / "results.json", *only)["states"].values()
    assert found["conversations"] == 200
    # A row of each, and more for settings and positions.
    assert found["rows"] > 200
    assert found["rows_per_s"] > 0
    assert found["per_s"] > 0
