"""The comparison of many days finds what differs, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.many_days import compare_days, write
from tests.engine.second_edition import needs_engine
from tests.harness import engine_run
from tests.oracle import __main__ as runner
from tests.oracle import model
from tests.oracle.comparison import Output
from tests.oracle.random_days import day_of


def forgetful(
    lines: list[bytes], config: dict[str, Any], until: str | None
) -> tuple[list[Output], dict[str, Any]]:
    """A program that leaves out who skipped it."""
    outputs, state = model.run(lines, config, until)
    for output in outputs:
        if isinstance(output["value"], dict):
            output["value"]["data"].pop("skipped_representative_ids", None)
    return outputs, state


def broken(*_: object) -> tuple[list[Output], dict[str, Any]]:
    raise ValueError("no such setting")


def test_no_day_differs_from_itself() -> None:
    assert list(compare_days(model.run, range(10))) == []


def test_what_differs_is_named() -> None:
    found = [told[0] for _, _, told in compare_days(forgetful, range(40))]
    assert found
    assert all("skipped_representative_ids: None | [" in each for each in found)


def test_a_program_that_fails_differs() -> None:
    assert [told for _, _, told in compare_days(broken, range(1))] == [
        ["ValueError: no such setting"]
    ]


def test_a_day_as_files_is_the_same_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines, config, _ = day = day_of(3)
    write(tmp_path, 3, day)
    assert runner.main([str(tmp_path / "3.jsonl"), "--config", str(tmp_path / "3.yaml")]) == 0
    outputs, _ = model.run(lines, config)
    assert len(capsys.readouterr().out.splitlines()) == len(outputs)


@needs_engine
@pytest.mark.slow
def test_the_engine_agrees_on_many_days() -> None:
    assert [(seed, told[0]) for seed, _, told in compare_days(engine_run.run, range(500))] == []
