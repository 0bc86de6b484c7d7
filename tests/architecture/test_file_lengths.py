"""One noun a file: none is longer than can be read at one sitting."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
LINES_MAX: Final = 250
FOLDERS: Final = ("workers", "schemas", "tests", "bench", "deploy", "docs")


def test_no_python_file_is_too_long() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    assert ROOT / "workers/omnistate/core/settings.py" in files
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in files
    }
    assert {name: count for name, count in lengths.items() if count > LINES_MAX} == {}
