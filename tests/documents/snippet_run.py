"""A page's blocks, run in order in one shell and one empty folder, and what each printed.

It knows no fixtures: addresses come in as words to be replaced in commands and outputs.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from tests.documents.snippet_pages import Block, Page

RUN_TIMEOUT_S: Final = 3_000.0
# A diff is applied.
RUN: Final = ("bash", "python", "diff")
_MARK: Final = "\x1e"


@dataclass(frozen=True)
class _Step:
    """Commands, and the block that says what they print."""

    block: Block
    said: Block | None


def check_shown(page: Page) -> None:
    """Look at what is not run. Raises ValueError where a block is neither run nor excused."""
    for block in page.blocks:
        where = f"{page.path}:{block.line}"
        if block.why_not is not None or block.title is not None:
            continue
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "yaml":
            list(yaml.safe_load_all(block.text))
        elif block.language not in {*RUN, "text", "mermaid"}:
            raise ValueError(f"{where}: {block.language or 'no language'}: neither run nor excused")


def run_page(
    page: Page, folder: Path, environment: Mapping[str, str], words: Mapping[str, str]
) -> None:
    """Run a page in `folder`; `words` are replaced by what they are here.

    Raises AssertionError where a block fails, prints something else than the page says, or shows
    a traceback.
    """
    steps = _steps(page, folder, words)
    if not steps:
        return
    script = folder / ".snippets.sh"
    script.write_text("".join(_commands(steps, folder, words)), encoding="utf-8")
    printed, complaints, status = _run(script, folder, environment)
    parts = printed.split(_MARK)[1:]
    if status != 0 or len(parts) != len(steps):
        failed = steps[len(parts) - 1].block
        logs = "".join(f"\n{log.name}:\n{log.read_text()}" for log in sorted(folder.glob("*.log")))
        raise AssertionError(
            f"{page.path}:{failed.line}: exit status {status}\n{parts[-1]}\n{complaints}{logs}"
        )
    for step, part in zip(steps, parts, strict=True):
        if step.said is not None:
            wanted = _replaced(step.said.text, words)
            assert _matches(wanted, part), (
                f"{page.path}:{step.said.line}: it says\n{wanted}\nand was\n{part}\n{complaints}"
            )
    assert "Traceback" not in complaints, f"{page.path}: {complaints}"


def _steps(page: Page, folder: Path, words: Mapping[str, str]) -> list[_Step]:
    steps: list[_Step] = []
    before: Block | None = None
    for block in page.blocks:
        follows, before = before, block
        if block.why_not is not None:
            continue
        if block.title is not None:
            # Before anything runs: a page shows its files where they are easiest to read.
            path = folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_replaced(block.text, words), encoding="utf-8")
        elif block.language in RUN:
            steps.append(_Step(block, None))
        elif block.language == "text" and steps and follows is steps[-1].block:
            steps[-1] = _Step(steps[-1].block, block)
    return steps


def _commands(steps: list[_Step], folder: Path, words: Mapping[str, str]) -> list[str]:
    found = ["set -euo pipefail\n"]
    for number, step in enumerate(steps):
        text = _replaced(step.block.text, words)
        found.append("printf '\\x1e'\n")
        if step.block.language == "python":
            file = folder / f".snippet-{number}.py"
            file.write_text(text, encoding="utf-8")
            text = f"python {file.name}\n"
        elif step.block.language == "diff":
            text = f"git apply - <<'END_OF_DIFF'\n{text}END_OF_DIFF\n"
        found.append(text)
    return found


def _run(script: Path, folder: Path, environment: Mapping[str, str]) -> tuple[str, str, int]:
    """What was printed, what was complained about, and the exit status. Nothing is left running."""
    out, err = folder / ".stdout", folder / ".stderr"
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with out.open("wb") as printed, err.open("wb") as complaints:
        process = subprocess.Popen(
            ["bash", script.name],
            cwd=folder,
            env={**environment, "PATH": path, "COLUMNS": "120"},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            status = process.wait(RUN_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            status = -1
        finally:
            # What a page leaves in the background ends with it.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                status = process.returncode
            process.wait()
    texts = (each.read_text(encoding="utf-8", errors="replace") for each in (out, err))
    return next(texts), next(texts), status


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for word, here in words.items():
        text = text.replace(word, here)
    return text


def _matches(wanted: str, printed: str) -> bool:
    """Whether they are equal; `…` stands for anything in a line, alone in a line for any lines."""
    pattern = ""
    for line in wanted.splitlines():
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += (
                r"[^\n]*".join(re.escape(part) for part in line.rstrip().split("…")) + r" *\n"
            )
    return re.fullmatch(pattern, printed) is not None
