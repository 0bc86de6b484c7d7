"""docs/reference/ownership.md is the table of ownership; a stale copy fails."""

import pytest
from omnistate.cli.documents import ownership_document
from omnistate.stream.ownership import OwnerEvent, OwnerState


def test_the_document_is_fresh() -> None:
    assert ownership_document.main(["--check"]) == 0, "run make generate"


def test_a_stale_document_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership_document, "describe_ownership", lambda: "another table")
    assert ownership_document.main(["--check"]) == 1


@pytest.mark.parametrize("word", [*OwnerState, *OwnerEvent])
def test_every_state_and_event_is_told(word: OwnerState | OwnerEvent) -> None:
    assert word.value in ownership_document.describe_ownership()
