"""docs/reference/exit-status.md is the table of faults; a stale copy fails."""

from itertools import combinations

import pytest
from omnistate.cli.documents import exit_status_document
from omnistate.process.errors import ExitStatus
from omnistate.process.faults import FAULTS, MEANINGS, find_fault


def test_the_document_is_fresh() -> None:
    assert exit_status_document.main(["--check"]) == 0, "run make generate"


def test_a_stale_document_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exit_status_document, "describe_exit_status", lambda: "another one")
    assert exit_status_document.main(["--check"]) == 1


def test_each_status_has_its_meaning() -> None:
    assert list(MEANINGS) == list(ExitStatus)
    assert [int(status) for status in ExitStatus] == [0, 1, 2, 3, 130]


def test_no_fault_hides_another() -> None:
    for earlier, later in combinations(FAULTS, 2):
        assert not issubclass(later.error, earlier.error), (earlier.what, later.what)


def test_a_fault_is_found_by_its_kind_and_a_bug_is_none() -> None:
    for fault in FAULTS:
        kind: type[BaseException] = type("Kind", (fault.error,), {})
        assert find_fault(kind.__new__(kind)) is fault
    assert find_fault(ZeroDivisionError()) is None
