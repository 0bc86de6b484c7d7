"""omnistate's commands as processes: which omnistate, its settings, and a run to the end."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.harness.tied_process import PATIENCE_S

ROOT: Final = Path(__file__).parents[2]
# What `make compiled` has made of these sources.
COMPILED: Final = ROOT / ".venv-compiled" / "bin" / "omnistate"
SOURCES: Final = (sys.executable, "-m", "omnistate.cli.app")
Command = Sequence[str]


class Run(NamedTuple):
    """A command's end."""

    status: int
    out: str
    err: str


def environment(command: Command = SOURCES, **settings: object) -> dict[str, str]:
    """This machine's, without settings but these, by their names in the command line."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("OMNISTATE_")}
    # The sources are this tree's, whichever are installed; they would hide what is compiled.
    own.pop("PYTHONPATH", None)
    if tuple(command) == SOURCES:
        own["PYTHONPATH"] = os.pathsep.join(str(ROOT / each) for each in ("workers", "schemas"))
    given = {f"OMNISTATE_{name.upper()}": str(value) for name, value in settings.items()}
    return own | given


def run_command(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    command: Command = SOURCES,
    folder: Path = ROOT,
    timeout_s: float = PATIENCE_S,
) -> Run:
    """Run a command to its end. Raises TimeoutExpired where it hangs."""
    done = subprocess.run(
        [*command, *arguments],
        env=variables,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)
