"""docs/law.md is what the law draws; a stale copy fails."""

import pytest

from schemas.vocabulary import KINDS, Kind
from workers.cli import charts
from workers.core.chart import draw_chart, reachable


def test_the_document_is_fresh() -> None:
    assert charts.main(["--check"]) == 0, "run make generate"


def test_a_stale_document_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "describe_law", lambda: "another law")
    assert charts.main(["--check"]) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reaches_what_it_may(kind: Kind) -> None:
    stages = reachable(kind)
    assert ("waiting" in stages) == (kind in {"persistent_chat", "messaging"})
    assert ("with_external" in stages) == (kind == "voice")
    assert ("resolved" in stages) == (kind == "record")
    assert ("wrap_up" in stages) == (kind != "record")
    assert "closed --> [*]" in draw_chart(kind)
