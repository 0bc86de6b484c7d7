"""What tests fetch once for all runs: folders in a cache outside the tree.

A folder that is there is whole: it is filled beside its place and moved there. No registry is named
here; whom the fetching program asks is the business of the machine's own settings.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FETCH_TIMEOUT_S: Final = 600


class FetchUnavailable(Exception):
    """This machine cannot have it; the message is one line that says why."""


def cached_folder(name: str) -> Path:
    """The place of a folder, there or not."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "omnistate" / name


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; whoever else wants it, in this process or another, waits."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def provide_folder(name: str, fill: Callable[[Path], None]) -> Path:
    """The folder of this name; where it is not there yet, an empty one is filled first."""
    folder = cached_folder(name)
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_name(f"{name}.lock")):
            if not folder.is_dir():
                part = folder.with_name(f"{name}.part")
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                fill(part)
                part.rename(folder)
    return folder


def fetch(command: Sequence[str], folder: Path, **variables: str) -> str:
    """What a command prints that fetches something into `folder`, without pip's constraints.

    Raises FetchUnavailable with the one line of its complaints that says most.
    """
    outside: Mapping[str, str] = {
        name: text for name, text in os.environ.items() if "CONSTRAINT" not in name
    }
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**outside, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise FetchUnavailable(f"{command[0]} took more than {FETCH_TIMEOUT_S} s") from None
    if done.returncode:
        # pip says it last, on standard error; Go in the midst of an object, Maven first.
        said = f"{done.stdout}\n{done.stderr}".strip().splitlines() or ["it does not say why"]
        marks = ('"Error"', "[ERROR]")
        marked = (line.strip() for line in said if any(mark in line for mark in marks))
        reason = next(marked, said[-1])
        raise FetchUnavailable(f"{Path(command[0]).name} could not fetch it: {reason}")
    return done.stdout
