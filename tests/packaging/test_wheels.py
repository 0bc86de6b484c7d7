"""Wheels and source distribution, built by `python -m build`, used away from the repository."""

import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.harness.outside import make_venv, run_outside

ROOT: Final = Path(__file__).parents[2]
EVENT: Final = (
    '{"specversion":"1.0","id":"1","source":"/chat","type":"conversation.started","subject":"c",'
    '"time":"2026-03-02T09:00:00Z","data":{"channel":"live_chat","workstream_id":"chat"}}\n'
)

FAST: Final = "not broker and not redis and not browser and not slow"
# Those whose tests look at files beside the sources: what a source distribution may lack.
ROOMS: Final = ("tests/documents", "tests/schemas")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both distributions, built once."""
    folder = tmp_path_factory.mktemp("dist")
    for project in (ROOT / "schemas", ROOT):
        run_outside(sys.executable, "-m", "build", "--outdir", folder, project, cwd=folder)
    return folder


def test_both_distributions_have_one_version() -> None:
    ours, words = (
        tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["project"]
        for path in ("pyproject.toml", "schemas/pyproject.toml")
    )
    assert f"omnistate-schemas=={words['version']}" in ours["dependencies"]
    assert ours["version"] == words["version"]


def test_the_wheels_run_in_an_empty_environment(dist: Path, tmp_path: Path) -> None:
    programs = make_venv(tmp_path / "venv", *sorted(dist.glob("*.whl")))
    omnistate = programs / "omnistate"
    said = run_outside(
        omnistate, "demo", "--conversations", "40", "--out", tmp_path / "day", cwd=tmp_path
    )
    assert "pip install 'omnistate[picture]'" in said
    (tmp_path / "centre.yaml").write_text("workstreams: {chat: {channel: live_chat}}\n")
    (tmp_path / "events.jsonl").write_text(EVENT)
    told = run_outside(omnistate, "replay", "events.jsonl", "--config", "centre.yaml", cwd=tmp_path)
    assert '"rule":"C1"' in told
    again = run_outside(
        *(omnistate, "replay", "day/inputs.jsonl", "--config", "day/config.yaml"), cwd=tmp_path
    )
    # One line on standard error, which is taken along here: the hotline told some things late.
    outputs = [line for line in again.splitlines() if not line.startswith("omnistate replay: ")]
    written = (tmp_path / "day" / "outputs.jsonl").read_text(encoding="utf-8")
    assert outputs == written.splitlines()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version["version"] in run_outside(omnistate, "--version", cwd=tmp_path)


@pytest.mark.parametrize(
    "rooms", [ROOMS, pytest.param(("tests",), marks=pytest.mark.dist)], ids=["some", "all"]
)
def test_the_source_distribution_passes_its_own_fast_tests(
    dist: Path, tmp_path: Path, rooms: tuple[str, ...]
) -> None:
    (archive,) = dist.glob("omnistate-[0-9]*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("omnistate-*")
    programs = make_venv(tmp_path / "venv", unpacked / "schemas", f"{unpacked}[picture,test]")
    pytest_of_its_own = (programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    # Tests of the repository's own surroundings (its history, its CI) are none of its.
    assert " passed" in run_outside(*pytest_of_its_own, "-x", "-m", FAST, *rooms, cwd=unpacked)
    # All of them are there, with whatever they import.
    listed = run_outside(*pytest_of_its_own, "--collect-only", "-m", FAST, cwd=unpacked)
    assert " tests collected" in listed
