"""What judges the engine shares no code with it: a mistake must not be made twice."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.aiokafka_reaches import ROOT

# Second implementations, and the packages of ours that they may know.
TWINS: dict[str, set[str]] = {
    "tests/oracle": {"tests.oracle"},
    "tests/projections/fold.py": set(),
    "tests/projections/figure_recount.py": {"omnistate_schemas"},
    "workers/omnistate/demo/recount.py": set(),
}


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


@pytest.mark.parametrize("twin", TWINS)
def test_a_twin_imports_nothing_of_the_engine(twin: str) -> None:
    place = ROOT / twin
    paths = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert paths
    ours = {"bench", "deploy", "omnistate", "omnistate_schemas", "tests"}
    known = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        for name in imported_by(path)
        if name.partition(".")[0] in ours
        and not any(f"{name}.".startswith(f"{each}.") for each in TWINS[twin])
    ]
    assert known == []
