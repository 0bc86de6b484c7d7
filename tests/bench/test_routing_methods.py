"""docs/explanation/routing-methods.md is what its command writes; a stale copy fails."""

import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from bench import routing_methods
from bench.routing_methods import METHODS, MethodFigures, Share, find_fairness, find_percentile
from tests.harness.command import run_command


@pytest.mark.slow
def test_the_page_is_fresh() -> None:
    command = (sys.executable, "-m", "bench.routing_methods")
    done = run_command(["--check"], os.environ, command=command)
    assert done.status == 0, done.out + done.err


def test_a_stale_page_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def live(method: str) -> MethodFigures:
        figures = MethodFigures()
        figures.waits_s = defaultdict(list, chats=[1.0, 30.0], calls=[2.0])
        figures.taken.update({"ana": 2, "ben": 1})
        figures._shares = {"ana": Share(0, there=100, used=50), "ben": Share(0, there=100, used=25)}
        return figures

    monkeypatch.setattr(routing_methods, "live", live)
    page = tmp_path / "page.md"
    monkeypatch.setattr(routing_methods, "PAGE", page)
    assert routing_methods.main(["--check"]) == 1
    assert "run python -m bench.routing_methods" in capsys.readouterr().err
    assert routing_methods.main([]) == 0
    assert routing_methods.main(["--check"]) == 0
    text = page.read_text()
    for method in METHODS:
        assert f"| chats | `{method}` | 2 | 30.0 | 30.0 | 50.0% | 0 |" in text
    page.write_text(text.replace("50.0%", "50.1%"))
    assert routing_methods.main(["--check"]) == 1


def test_what_somebody_has_is_counted_while_they_are_there() -> None:
    share = Share(1_000)
    steps = [
        (2_000, "available", 30),
        (3_000, "busy", 90),
        (4_000, "away", 90),
        (9_000, "offline", 0),
        (9_500, "available", 0),
    ]
    for at_ms, presence, occupied in steps:
        share = share.go_on(at_ms, {"units": 100, "occupied_units": occupied, "presence": presence})
    assert (share.there, share.used) == (200_000, 120_000)


def test_evenness_and_percentiles() -> None:
    assert find_fairness([0.5, 0.5, 0.5]) == pytest.approx(1)
    assert find_fairness([1, 0, 0, 0]) == pytest.approx(0.25)
    assert find_percentile([3, 1, 2, 4], 0.5) == 3
