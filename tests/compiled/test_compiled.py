"""The engine compiled: what is compiled may be, and passes the tests of what it is made from."""

import ast
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL: Final[dict[str, Any]] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
MODULES: Final = [ROOT / path.removeprefix("/") for path in WHEEL["hooks"]["mypyc"]["include"]]
SOURCES: Final = ("workers", "schemas", "topics.yaml", "pyproject.toml", "README.md", "LICENSE")
SUITES: Final = ("tests/core", "tests/runtime", "tests/engine", "tests/oracle", "tests/adapters")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_compiled_declares_nothing_that_reads_its_own_annotations(path: Path) -> None:
    """mypyc drops keywords and annotations of classes: nothing is left of `array_like`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            assert not node.keywords, node.name
            bases = {ast.unparse(base) for base in node.bases}
            assert bases <= {"NamedTuple", "Exception", "ValueError"}, node.name


def why_not() -> str | None:
    """What this machine lacks to compile."""
    header = Path(sysconfig.get_path("include"), "Python.h")
    if shutil.which("cc") and header.exists():
        return None
    return "a C compiler and Python's headers are needed: apt-get install gcc python3-dev"


def compile_into(folder: Path) -> Path:
    """The wheel that `make compiled` installs, unpacked."""
    copy = folder / "copy"
    copy.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    constraints = str(ROOT / "constraints.txt")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    done = subprocess.run(
        [*command, str(copy)],
        env={
            **os.environ,
            "HATCH_BUILD_HOOK_ENABLE_MYPYC": "true",
            "PIP_CONSTRAINT": constraints,
            "PIP_BUILD_CONSTRAINT": constraints,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    found = folder / "unpacked"
    zipfile.ZipFile(wheel).extractall(found)
    return found


@pytest.mark.timeout(900)
def test_the_engine_compiled_passes_the_tests_of_the_engine(tmp_path: Path) -> None:
    reason = why_not()
    if reason is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    compiled = compile_into(tmp_path)
    # What no test would notice: that another copy was tested.
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    check = "import workers.core.decision as it; print(it.__file__)"
    where = subprocess.run(
        [sys.executable, "-P", "-c", check],
        env={**environment, "PYTHONPATH": str(compiled)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert where.startswith(str(compiled))
    assert where.strip().endswith(".so")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"),
            *("-o", f"pythonpath={compiled} {ROOT}", *SUITES),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
