"""Wheels and source distribution, built by `python -m build`, used away from the repository."""

import os
import subprocess
import sys
import tarfile
import tomllib
import venv
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PINS: Final = {
    name: str(ROOT / "constraints.txt") for name in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")
}
EVENT: Final = (
    '{"specversion":"1.0","id":"1","source":"/chat","type":"conversation.started","subject":"c",'
    '"time":"2026-03-02T09:00:00Z","data":{"channel":"live_chat","workstream_id":"chat"}}\n'
)

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints; its whole output where it fails."""
    outside = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHONPATH", "OMNISTATE_"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**outside, **PINS, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:]
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both distributions, built once."""
    folder = tmp_path_factory.mktemp("dist")
    for project in (ROOT / "schemas", ROOT):
        run(sys.executable, "-m", "build", "--outdir", folder, project, cwd=folder)
    return folder


def make_venv(folder: Path, *requirements: str | Path) -> Path:
    """The `bin` of a new environment with these installed."""
    venv.create(folder, with_pip=True)
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet")
    run(*pip, "--disable-pip-version-check", *requirements, cwd=folder)
    return folder / "bin"


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
    said = run(omnistate, "demo", "--conversations", "40", "--out", tmp_path / "day", cwd=tmp_path)
    assert "pip install 'omnistate[picture]'" in said
    (tmp_path / "centre.yaml").write_text("workstreams: {chat: {channel: live_chat}}\n")
    (tmp_path / "events.jsonl").write_text(EVENT)
    told = run(omnistate, "replay", "events.jsonl", "--config", "centre.yaml", cwd=tmp_path)
    assert '"rule":"C1"' in told
    again = run(
        *(omnistate, "replay", "day/inputs.jsonl", "--config", "day/config.yaml"), cwd=tmp_path
    )
    assert again == (tmp_path / "day" / "outputs.jsonl").read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version["version"] in run(omnistate, "--version", cwd=tmp_path)


def test_the_source_distribution_passes_its_own_fast_tests(dist: Path, tmp_path: Path) -> None:
    (archive,) = dist.glob("omnistate-[0-9]*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("omnistate-*")
    programs = make_venv(tmp_path / "venv", unpacked / "schemas", f"{unpacked}[picture,test]")
    # Tests of the repository's own surroundings (its history, its CI) are none of its.
    said = run(
        *(programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x"),
        *("-m", "not broker and not redis and not browser and not slow"),
        cwd=unpacked,
    )
    assert " passed" in said
