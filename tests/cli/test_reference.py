"""docs/reference/operation.md is what the code says; a stale copy fails."""

import pytest
from omnistate.cli.documents import operation_document
from omnistate.process.process_settings import Settings


def test_the_document_is_fresh() -> None:
    assert operation_document.main(["--check"]) == 0, "run make generate"


def test_a_stale_document_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation_document, "describe_operation", lambda: "another one")
    assert operation_document.main(["--check"]) == 1


def test_everything_is_in_it() -> None:
    text = operation_document.describe_operation()
    for name in Settings.model_fields:
        assert f"`OMNISTATE_{name.upper()}`" in text
    for metric in ("transitions_total", "lag_seconds", "fenced_producers_total", "commit_seconds"):
        assert f"`omnistate_{metric}`" in text
