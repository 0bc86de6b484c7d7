"""Which lines a worker may log: found in the sources, where each event's name stands as a literal.

It reads source text and runs nothing. A line of a library is none of these.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

SOURCES: Final = Path(__file__).parents[2] / "process"
_LEVELS: Final = ("debug", "info", "warning", "error")


class LogEvent(NamedTuple):
    """A kind of log line: its name, its level and the members beside it."""

    name: str
    level: str
    members: tuple[str, ...]


def find_log_events(folder: Path = SOURCES) -> list[LogEvent]:
    """Every kind of log line that the modules of a folder may write, by name and level."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        for name, level, members in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            known = found.setdefault((name, level), [])
            known.extend(each for each in members if each not in known)
    return [LogEvent(name, level, tuple(each)) for (name, level), each in sorted(found.items())]


def _calls(tree: ast.AST) -> Iterator[tuple[str, str, list[str]]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        level, first = node.func.attr, node.args[0] if node.args else None
        if level in _LEVELS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            # `**members` hides their names.
            members = [each.arg or "…" for each in node.keywords if each.arg != "exc_info"]
            yield first.value, level, members
