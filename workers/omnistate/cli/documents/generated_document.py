"""A generated document: written, or with `--check` compared with what lies there."""

import sys
from collections.abc import Sequence
from pathlib import Path


def keep(path: Path, text: str, arguments: Sequence[str]) -> int:
    """Write `text` to `path`; with `--check` write nothing, and 1 where it is stale."""
    if "--check" in arguments:
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"stale: {path.name}; run make generate", file=sys.stderr)
            return 1
        return 0
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return 0
