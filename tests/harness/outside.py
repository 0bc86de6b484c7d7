"""Commands as somebody runs them who has only what was built: pins, and nothing of the tests."""

import os
import subprocess
import venv
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PINS: Final = {
    name: str(ROOT / "constraints.txt") for name in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")
}


def run_outside(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints; its whole output where it fails."""
    outside = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PYTHON", "OMNISTATE_"))
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


def make_venv(folder: Path, *requirements: str | Path) -> Path:
    """The `bin` of a new environment with these installed."""
    venv.create(folder, with_pip=True)
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet")
    run_outside(*pip, "--disable-pip-version-check", *requirements, cwd=folder)
    return folder / "bin"
