"""The page on following another system: its translators, and what their events come to.

What is right was written down by hand; disorder within the window and repeats change nothing.
"""

import json
import random
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from omnistate.cli.replay import run_replay
from omnistate_schemas.times import parse_time_ms

from tests.documents.followed_calls import CALLS, CALLS_RIGHT, notifications
from tests.documents.followed_jobs import JOBS_RIGHT, job_events
from tests.documents.followed_outcomes import read_right, tell
from tests.documents.snippet_pages import read_page
from tests.oracle import model

Event = dict[str, Any]

PAGE = read_page("docs/how-to/follow-another-system.md")
FILES = {block.title: block.text for block in PAGE.blocks if block.title}
UNTIL = "2026-03-02T09:30:00Z"
WINDOW_MS = 3_000
SEEDS = range(12)


def load(name: str, folder: Path) -> ModuleType:
    """A translator, as the page shows it."""
    path = folder / name
    path.write_text(FILES[name], encoding="utf-8")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def jobs(tmp_path: Path) -> list[Event]:
    """All events of the job router's stories, translated, in order of time."""
    translate = load("job_router.py", tmp_path).translate
    told = [translate(event) for event in job_events()]
    assert [translate(event) for event in job_events()] == told, "a repeat is a repeat"
    assert told.count(None) == 1, "classification is nothing to us"
    return [event for event in told if event]


@pytest.fixture
def calls(tmp_path: Path) -> list[Event]:
    """All events of the telephony platform's stories, translated, call after call."""
    telephony = load("telephony.py", tmp_path)
    return [event for call in CALLS for event in telephony.translate(call)]


def disordered(events: list[Event], chance: random.Random) -> list[Event]:
    """As they may arrive: each less than the window late, a third of them twice."""
    twice = [event for event in events if chance.random() < 1 / 3]
    late = [
        (parse_time_ms(event["time"]) + chance.randrange(WINDOW_MS), number)
        for number, event in enumerate([*events, *twice])
    ]
    return [[*events, *twice][number] for _, number in sorted(late)]


def run(events: list[Event], folder: Path, captured: pytest.CaptureFixture[bytes]) -> list[Event]:
    """What `omnistate replay` prints of them with the page's configuration."""
    lines = [json.dumps(event).encode() for event in events]
    (folder / "events.jsonl").write_bytes(b"\n".join(lines))
    (folder / "centre.yaml").write_text(FILES["centre.yaml"], encoding="utf-8")
    run_replay(folder / "events.jsonl", folder / "centre.yaml", UNTIL, print_state=False)
    outputs = [json.loads(line) for line in captured.readouterr().out.splitlines()]
    # The oracle does not know the engine, and says the same.
    expected, _ = model.run(lines, yaml.safe_load(FILES["centre.yaml"]), UNTIL)
    assert tell(outputs) == tell(expected)
    return outputs


def in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: parse_time_ms(event["time"]))


def test_jobs_come_to_what_is_right(
    jobs: list[Event], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    outputs = run(in_order(jobs), tmp_path, capfdbinary)
    assert tell(outputs) == read_right(JOBS_RIGHT)


def test_calls_come_to_what_is_right(
    calls: list[Event], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    outputs = run(in_order(calls), tmp_path, capfdbinary)
    assert tell(outputs) == read_right(CALLS_RIGHT)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("system", ["jobs", "calls"])
def test_disorder_and_repeats_change_nothing(
    system: str,
    seed: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    events = disordered(request.getfixturevalue(system), random.Random(seed))
    told = tell(run(events, tmp_path, capfdbinary), repeats=False)
    right = {"jobs": JOBS_RIGHT, "calls": CALLS_RIGHT}[system]
    assert told == read_right(right), f"seed {seed}"


def test_without_a_window_disorder_is_seen(
    jobs: list[Event],
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        FILES, "centre.yaml", FILES["centre.yaml"].replace("settle_window: 3", "settle_window: 0")
    )
    wrong = 0
    for seed in SEEDS:
        events = disordered(jobs, random.Random(seed))
        told = tell(run(events, tmp_path, capfdbinary), repeats=False)
        wrong += told != read_right(JOBS_RIGHT)
    assert wrong == len(SEEDS)


def test_clocks_that_are_taken_at_their_word_lose_a_call(
    calls: list[Event], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    # As if Ana's telephone were five seconds behind, and nobody had put it right.
    told = []
    for event in (each for each in calls if each["subject"] == "call-1"):
        behind_s = 5 if "/p2/" in event["id"] and event["type"] != "conversation.ended" else 0
        time = datetime.fromisoformat(event["time"]) - timedelta(seconds=behind_s)
        told.append({**event, "time": time.isoformat(timespec="milliseconds")})
    outputs = run(in_order(told), tmp_path, capfdbinary)
    *_, queued, closed = [
        output["value"]["data"]
        for output in outputs
        if output["value"]["type"] == "conversation.state_changed"
    ]
    assert (queued["rule"], queued["previous_detail"]) == ("F1", "in_conversation")
    assert (closed["rule"], closed["status"], closed["left_waiting"]) == ("F5", "closed", True)


def test_a_call_is_told_bit_by_bit(tmp_path: Path) -> None:
    telephony = load("telephony.py", tmp_path)
    for call in CALLS:
        told: list[Event] = []
        before = None
        for known in notifications(call):
            told += telephony.news(before, known)
            assert telephony.news(known, known) == []
            before = known
        # Each is told once, and nothing that was told turns out otherwise.
        assert in_order(told) == telephony.translate(call)


def test_a_call_may_be_told_whole_each_time(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    telephony = load("telephony.py", tmp_path)
    events = [
        event
        for call in CALLS
        for known in notifications(call)
        for event in telephony.translate(known)
    ]
    told = tell(run(events, tmp_path, capfdbinary), repeats=False)
    assert told == read_right(CALLS_RIGHT)


@pytest.mark.slow
def test_the_translators_are_typed(tmp_path: Path) -> None:
    mypy = pytest.importorskip("mypy.api", reason="no mypy: make setup")
    for name in ("job_router.py", "telephony.py"):
        load(name, tmp_path)
        said, _, status = mypy.run(
            ["--strict", "--config-file=", f"--cache-dir={tmp_path}", str(tmp_path / name)]
        )
        assert status == 0, said
