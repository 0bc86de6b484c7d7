"""docs/reference/operation.md is what the code says; a stale copy fails."""

from pathlib import Path

import pytest
from omnistate.cli.documents import operation_document
from omnistate.cli.documents.log_events import find_log_events
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


def test_log_events_are_found_where_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "worker.py").write_text(
        'log.info("begun", partition=1)\nget_logger().error("begun", exc_info=e, **more)\n'
        'log.info(text)\nlog.print("no")\nlog.info("begun", seconds=2, partition=3)\n'
    )
    assert find_log_events(tmp_path) == [
        ("begun", "error", ("…",)),
        ("begun", "info", ("partition", "seconds")),
    ]
    assert {"worker_stopped", "partition_running"} <= {event.name for event in find_log_events()}
