"""A generated document: written, or with `--check` compared with what lies there.

It knows Markdown tables and files; what a document says is its own module's business.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

REFERENCE: Final = Path(__file__).parents[4] / "docs" / "reference"


def keep(path: Path, text: str, arguments: Sequence[str], command: str = "make generate") -> int:
    """Write `text` to `path`; with `--check` write nothing, and 1 where it is stale.

    `command` is what writes it anew.
    """
    if "--check" in arguments:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"stale: {path.name}; run {command}", file=sys.stderr)
            return 1
        return 0
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return 0


def draw_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, one line a row; a bar within a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in row) for row in lines)
    return "".join(f"| {row} |\n" for row in cells)
