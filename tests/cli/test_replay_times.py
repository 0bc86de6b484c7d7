"""`omnistate replay` where times matter: what goes back, `--sort`, `--until` in the past."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import CONFIG, event, omnistate, started

ENDED = event(2, "customer.ended", "2026-03-02T08:59:59Z")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_bytes(started() + b"\n\n" + ENDED + b"\n" + ENDED.replace(b"08:59:59", b"08:59:58"))
    return path


def test_events_that_go_back_are_told_of_in_one_line(config: Path, events: Path) -> None:
    run = omnistate("replay", events, "--config", config)
    assert run.returncode == 0
    (line,) = run.stderr.splitlines()
    assert b": 2, first in line 3;" in line
    assert len(run.stdout.splitlines()) == 3, "C1, its end at the clock, and a repeat"


def test_sorted_nothing_goes_back(config: Path, events: Path) -> None:
    run = omnistate("replay", events, "--config", config, "--sort")
    assert (run.returncode, run.stderr) == (0, b"")
    first = json.loads(run.stdout.splitlines()[0])
    assert first["value"]["type"] == "input.ignored", "both ends waited; one is the other's repeat"
    assert [json.loads(line)["value"]["time"] for line in run.stdout.splitlines()][-1] == (
        "2026-03-02T09:00:00.000Z"
    )


def test_what_nobody_can_use_is_sorted_where_it_has_a_time(config: Path, tmp_path: Path) -> None:
    events = tmp_path / "unknown.jsonl"
    unknown = event(3, "nonsense", "2026-03-02T08:59:59Z")
    events.write_bytes(started() + b"\n" + unknown + b"\n")
    run = omnistate("replay", events, "--config", config, "--sort")
    topics = [json.loads(line)["topic"] for line in run.stdout.splitlines()]
    assert topics == ["dead-letters", "conversation-state-changes"]


def test_until_before_the_last_event_is_an_unusable_argument(config: Path, events: Path) -> None:
    run = omnistate("replay", events, "--config", config, "--until", "2026-03-02T08:59:59.999Z")
    assert (run.returncode, run.stdout) == (2, b"")
    (line,) = run.stderr.splitlines()
    assert b"--until" in line
    assert b"2026-03-02T09:00:00.000Z" in line
    exactly = omnistate("replay", events, "--config", config, "--until", "2026-03-02T09:00:00Z")
    assert exactly.returncode == 0
