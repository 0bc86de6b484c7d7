"""README's commands do what README says: `sh` blocks are run, `text` blocks are what they print."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"```(sh|text)\n(.*?)```", re.DOTALL)


def test_commands_print_what_readme_says(tmp_path: Path) -> None:
    """In one folder, one after the other, as a stranger would type them."""
    blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
    assert blocks
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    printed = ""
    for kind, text in blocks:
        if kind == "text":
            assert printed == text
            continue
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert run.stderr == ""
        printed = run.stdout
