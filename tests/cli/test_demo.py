"""`omnistate demo` from outside: what it prints and writes, and that replay says the same."""

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from omnistate_schemas.configuration import ContactCentre

from tests.cli.commands import omnistate


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("day") / "out"
    run = omnistate("demo", "--seed", "5", "--conversations", "300", "--out", folder)
    assert run.returncode == 0, run.stderr
    assert run.stderr == b""
    return folder, run.stdout.decode()


@pytest.mark.slow
def test_replay_gives_the_same_bytes(day: tuple[Path, str]) -> None:
    folder, _ = day
    run = omnistate("replay", folder / "inputs.jsonl", "--config", folder / "config.yaml")
    assert run.stdout == (folder / "outputs.jsonl").read_bytes()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_day(day: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = day
    again = omnistate("demo", "--seed", "5", "--conversations", "300", "--out", tmp_path)
    other = omnistate("demo", "--seed", "6", "--conversations", "300", "--out", tmp_path / "six")
    assert (again.returncode, other.returncode) == (0, 0)
    inputs = (folder / "inputs.jsonl").read_bytes()
    assert (tmp_path / "inputs.jsonl").read_bytes() == inputs
    assert (tmp_path / "six" / "inputs.jsonl").read_bytes() != inputs


def test_says_what_a_manager_wants_to_know(day: tuple[Path, str]) -> None:
    folder, text = day
    lines = text.splitlines()
    assert "drift 0: balanced" in text
    for workstream in yaml.safe_load((folder / "config.yaml").read_text())["workstreams"]:
        assert any(line.split()[:1] == [workstream] for line in lines)
    assert any(line.startswith("The story of ") for line in lines)
    assert f"Picture: {folder / 'day.png'}" in lines
    assert (folder / "day.png").read_bytes().startswith(b"\x89PNG")
    # Plain lines: no colours, no cursor movements, no boxes.
    assert "\x1b" not in text
    assert not set("│─╭╮") & set(text)


def test_says_whom_work_was_offered_to_and_why_it_waited(day: tuple[Path, str]) -> None:
    folder, text = day
    told = [json.loads(line) for line in (folder / "routing.jsonl").read_text().splitlines()]
    configuration = yaml.safe_load((folder / "config.yaml").read_text())
    offers = [offer for each in told for offer in each["offers"]]
    waits = [wait for each in told for wait in each["waits"]]
    assert len({each["conversation_id"] for each in told}) == len(told) > 100
    assert {offer["representative_id"] for offer in offers} <= set(configuration["representatives"])
    assert "accepted" in {offer["came_to"] for offer in offers}
    assert waits
    assert all(wait["says"] for wait in waits)
    lines = text.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.split()[:2] == ["queue", "came"])
    rows = {
        words[0]: int(words[3].replace(",", ""))
        for words in map(str.split, lines[begin + 1 : lines.index("", begin)])
    }
    assert {id_: count for id_, count in rows.items() if count} == Counter(
        offer["queue_id"] for offer in offers
    )
    assert set(rows) <= {*configuration["queues"], "–"}
    for what in ("Desktops", "Reminders", "Callbacks", "Hotline", "Silence", "Bots"):
        assert any(line.startswith(f"{what}: ") for line in lines), what


def test_every_input_has_one_outcome(day: tuple[Path, str]) -> None:
    folder, text = day
    (line,) = [line for line in text.splitlines() if line.startswith("Inputs: ")]
    total, parts = line.removeprefix("Inputs: ").replace(",", "").split(" = ")
    counts = [int(part.split()[0]) for part in parts.split(" + ")]
    assert int(total) == sum(counts) == len((folder / "inputs.jsonl").read_bytes().splitlines())


def test_the_configuration_is_one(day: tuple[Path, str]) -> None:
    folder, _ = day
    ContactCentre.model_validate(yaml.safe_load((folder / "config.yaml").read_text()))


def test_an_unusable_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = omnistate("demo", "--conversations", "10", "--out", tmp_path / "file" / "out")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.count(b"\n") == 1
