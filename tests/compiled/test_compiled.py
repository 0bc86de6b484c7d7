"""The engine compiled: what is compiled may be, and passes the tests of what it is made from."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from tests.harness import machine

ROOT: Final = Path(__file__).parents[2]


def compiled_modules(project: Path) -> list[Path]:
    """What a distribution's wheel compiles where it is asked to."""
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    wheel: dict[str, Any] = tomllib.loads(text)["tool"]["hatch"]["build"]["targets"]["wheel"]
    return [project / path.removeprefix("/") for path in wheel["hooks"]["mypyc"]["include"]]


MODULES: Final = compiled_modules(ROOT) + compiled_modules(ROOT / "schemas")
SOURCES: Final = ("workers", "schemas", "topics.yaml", "pyproject.toml", "README.md", "LICENSE")
SUITES: Final = ("tests/core", "tests/stream", "tests/engine", "tests/adapters")
OPTIMISED: Final = 'opt_level = "3"'
# Brokers meet it in tests of the image and in chaos.
WITHOUT: Final = "not broker and not redis and not slow"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_compiled_declares_nothing_that_reads_its_own_annotations(path: Path) -> None:
    """mypyc drops keywords and annotations of classes: nothing is left of `array_like`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            assert not node.keywords, node.name
            bases = {ast.unparse(base) for base in node.bases}
            assert bases <= {"NamedTuple", "Exception", "ValueError"}, node.name
        # A C double: an integer that is handed through it becomes one, and is written otherwise.
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            assert ast.unparse(node.returns) != "float", node.name


def compile_into(folder: Path) -> Path:
    """The wheels that `make compiled` installs, unpacked; the C compiler optimises nothing here."""
    copy = folder / "copy"
    copy.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    for project in (copy / "pyproject.toml", copy / "schemas" / "pyproject.toml"):
        text = project.read_text(encoding="utf-8")
        assert text.count(OPTIMISED) == 1
        # A third of the time, and the same C.
        project.write_text(text.replace(OPTIMISED, 'opt_level = "0"'), encoding="utf-8")
    constraints = str(ROOT / "constraints.txt")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    done = subprocess.run(
        [*command, str(copy), str(copy / "schemas")],
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
    found = folder / "unpacked"
    for wheel in folder.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(found)
    return found


def run_plainly_and_compiled(compiled: Path, code: str) -> tuple[str, str]:
    """What a program prints over the sources, and over the compiled engine."""
    said = []
    plainly = [str(ROOT / "workers"), str(ROOT / "schemas")]
    for paths in (plainly, [str(compiled)]):
        program = f"import sys; sys.path[:0] = [*{paths!r}, {str(ROOT)!r}]; {code}"
        environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        done = subprocess.run(
            [sys.executable, "-P", "-c", program],
            env=environment | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        said.append(done.stdout)
    return said[0], said[1]


def check_which(compiled: Path) -> None:
    """That it is the compiled engine indeed which is imported."""
    code = "import omnistate.core.conversation.decision as it; print(it.__file__)"
    plain, other = run_plainly_and_compiled(compiled, code)
    assert plain.strip() == str(ROOT / "workers/omnistate/core/conversation/decision.py")
    assert other.startswith(str(compiled))
    assert other.strip().endswith(".so")


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_the_engine_compiled_writes_the_same_and_passes_the_tests_of_the_engine(
    tmp_path: Path,
) -> None:
    machine.require_compiler()
    compiled = compile_into(tmp_path)
    check_which(compiled)
    code = "import tests.compiled.compiled_day as it; sys.stdout.write(it.tell())"
    plain, other = (text.splitlines() for text in run_plainly_and_compiled(compiled, code))
    assert len(plain) > 1_000
    pairs = zip(plain, other, strict=True)
    assert plain == other, next(pair for pair in pairs if pair[0] != pair[1])
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", WITHOUT),
            *("-o", f"pythonpath={compiled} {ROOT}", *SUITES),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
