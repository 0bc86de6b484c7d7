"""The engine compiled: what is compiled may be, and behaves as the plain Python it is made from."""

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HOOK: dict[str, Any] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["mypyc"]
MODULES = [ROOT / path.removeprefix("/") for path in HOOK["include"]]
# What looks at a class or a module as it was written has nothing to look at.
INTERPRETED_ONLY = "not decode_fully and not an_example_is_taken and not never_differs"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_compiled_declares_nothing_that_reads_its_own_annotations(path: Path) -> None:
    """mypyc drops a class's keywords and annotations, without a word: `array_like` is gone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            assert not node.keywords, node.name
            bases = {ast.unparse(base) for base in node.bases}
            assert bases <= {"NamedTuple", "Exception", "ValueError"}, node.name
