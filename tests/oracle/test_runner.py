"""The oracle as a command, for comparisons from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from .__main__ import UNUSABLE, main
from .comparison import differences, plain
from .model import run
from .scenes import config_of, encode, event, scene


def write(folder: Path, lines: list[bytes]) -> list[str]:
    """Files of a day of voice, as arguments."""
    events, config = folder / "events.jsonl", folder / "config.yaml"
    events.write_bytes(b"\n".join(lines) + b"\n")
    config.write_text(yaml.safe_dump(config_of("voice")), encoding="utf-8")
    return [str(events), "--config", str(config)]


def test_prints_what_the_model_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = scene("wrap_up", "voice")
    outputs, state = run(lines, config_of("voice"), "2025-03-07T00:00:00Z")
    arguments = [*write(tmp_path, lines), "--until", "2025-03-07T00:00:00Z"]
    assert main(arguments) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == outputs
    assert main([*arguments, "--state"]) == 0
    assert json.loads(capsys.readouterr().out) == state


def test_a_time_that_goes_back_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = event("supervisor.monitor", 0, {"supervisor_id": "sam"}, "late")
    arguments = write(tmp_path, [*scene("open", "voice"), *encode([late])])
    assert main(arguments) == 0
    told = capsys.readouterr()
    assert len(told.err.splitlines()) == 1
    assert "line 5" in told.err
    assert main([*arguments, "--sort"]) == 0
    sorted_ = capsys.readouterr()
    assert sorted_.err == ""
    assert sorted_.out != told.out


def test_until_before_the_end_is_unusable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = write(tmp_path, scene("open", "voice"))
    assert main([*arguments, "--until", "2025-03-05T09:00:00Z"]) == UNUSABLE
    assert main([*arguments[:2], str(tmp_path / "nowhere.yaml")]) == UNUSABLE
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_comparison_names_what_differs() -> None:
    one, state = run(scene("in_conversation", "voice"), config_of("voice"))
    other, _ = run(scene("in_conversation", "voice"), config_of("voice", units=20))
    assert differences(plain(one, state)[0], plain(one, state)[0]) == []
    found = differences(plain(one, state)[0], plain(other, state)[0])
    assert any("value.data.units: 30 | 20" in each for each in found)
