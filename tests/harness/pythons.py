"""`make test-pythons`: the fast tests on each CPython from 3.11 on that this machine has.

Each gets an environment of its own in build/pythons/, with the pinned versions. It says which ones
it found, and fails where the tests fail on one of them; it fetches no Python.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
OLDEST: Final = (3, 11)
FAST: Final = "not broker and not redis and not browser and not slow"
_ASK: Final = (
    "import platform, sys; print(platform.python_implementation(), sys.version.split()[0])"
)


def version_of(python: Path) -> str | None:
    """The version of a CPython that starts and is new enough."""
    try:
        run = subprocess.run([python, "-c", _ASK], capture_output=True, text=True, check=False)
    except OSError:
        return None
    name, _, version = run.stdout.strip().partition(" ")
    found = re.match(r"(\d+)\.(\d+)\.\d+$", version)  # none that is still to be released
    new_enough = found is not None and (int(found[1]), int(found[2])) >= OLDEST
    return version if run.returncode == 0 and name == "CPython" and new_enough else None


def candidates() -> Iterator[Path]:
    """Programs that may be a Python: on the PATH, and pyenv's versions."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield from sorted(Path(folder).glob("python3.[0-9][0-9]"))
    pyenv = shutil.which("pyenv")
    if pyenv is not None:
        said = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        yield from sorted(Path(said.stdout.strip()).glob("versions/3.*/bin/python3.[0-9][0-9]"))


def pythons() -> dict[str, Path]:
    """One Python for each minor version, such as `3.12`: the first that was found."""
    found: dict[str, Path] = {}
    for candidate in candidates():
        version = version_of(candidate)
        if version is not None:
            found.setdefault(version.rpartition(".")[0], candidate)
    return dict(sorted(found.items(), key=lambda item: int(item[0].partition(".")[2])))


def run_tests(minor: str, python: Path, arguments: Sequence[str]) -> int:
    """Install into an environment of this version, and run the tests; pytest's status."""
    environment = ROOT / "build" / "pythons" / minor
    if not (environment / "bin" / "pytest").exists():
        subprocess.run([python, "-m", "venv", "--clear", environment], check=True)
        install = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        install += ["--disable-pip-version-check", "--editable", "schemas"]
        install += ["--editable", ".[picture,test,lint]"]
        pins = {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}
        subprocess.run(install, cwd=ROOT, env={**os.environ, **pins}, check=True)
    command = [str(environment / "bin" / "pytest"), "--quiet", "-n", "auto", "-m", FAST, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0 where every Python passed, 1 where one did not or none was found."""
    parser = argparse.ArgumentParser(prog="make test-pythons", description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="MINOR", help="such as 3.12")
    given, rest = parser.parse_known_args(arguments)
    found = {minor: python for minor, python in pythons().items() if given.only in {None, minor}}
    failed = []
    for minor, python in found.items():
        print(f"CPython {version_of(python)}: {python}", flush=True)
        if run_tests(minor, python, rest) != 0:
            failed.append(minor)
    print(f"passed on {', '.join(minor for minor in found if minor not in failed) or 'none'}")
    if failed:
        print(f"failed on {', '.join(failed)}", file=sys.stderr)
    return 0 if found and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
