"""The engine's sources and the schemas' in a folder of their own, to forget something in."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
ENGINE: Final = "workers/omnistate"
SCHEMAS: Final = "schemas/omnistate_schemas"
LAW: Final = f"{ENGINE}/core/conversation"
STREAM: Final = f"{ENGINE}/stream/conversation"
# What a worker and an audit import of them.
IMPORT: Final = (
    "import omnistate.stream.conversation.step, omnistate.audit.auditor, "
    "omnistate.projections.figures.counting, omnistate.core.conversation.chart"
)
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "cli", "demo", "kafka", "process", "redis")


class SourceCopy:
    """A copy that may be edited, and run by a process of its own."""

    def __init__(self, folder: Path) -> None:
        """Copy what the law, its decoding and its audit are made of."""
        self._folder = folder
        for package in (ENGINE, SCHEMAS):
            shutil.copytree(ROOT / package, folder / package, ignore=_LEFT_OUT)

    def edit(self, path: str, pattern: str, text: str) -> None:
        """Put `text`, which may name groups, in place of what the pattern finds exactly once."""
        self._edit(path, pattern, text, 1)

    def edit_each(self, path: str, pattern: str, text: str) -> None:
        """The same, wherever the pattern is found."""
        self._edit(path, pattern, text, 0)

    def _edit(self, path: str, pattern: str, text: str, times: int) -> None:
        file = self._folder / path
        edited, count = re.subn(
            pattern, text, file.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
        )
        assert count == times if times else count, (path, pattern, count)
        file.write_text(edited, encoding="utf-8")

    def run(
        self, program: str, *options: str, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished process of a program over these sources."""
        paths = [str(self._folder / package.partition("/")[0]) for package in (ENGINE, SCHEMAS)]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [
                sys.executable,
                "-P",
                *options,
                "-c",
                f"import sys; sys.path[:0] = {paths!r}\n{program}",
            ],
            capture_output=True,
            env=environment,
            input=stdin,
            text=True,
            check=False,
        )

    def complain(self) -> str | None:
        """What is said to be forgotten when everything is imported; None where it can be."""
        done = self.run(IMPORT)
        if done.returncode == 0:
            return None
        kind, _, sentence = done.stderr.strip().splitlines()[-1].partition(": ")
        assert kind == "omnistate_schemas.completeness.Incomplete", done.stderr
        return sentence
