"""npm packages that tests use: each installed once, into a folder below the pytest cache.

Without npm a test is skipped with a line that says how to get it; where CI=true it fails.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from omnistate_schemas.generators.documents import ROOT

from tests.harness.machine import give_up, require_npm


def installed(package: str) -> Path:
    """The `node_modules` of a package, named with its version; installed where it is not yet."""
    kept = ROOT / ".pytest_cache" / package.replace("/", "-")
    if not kept.is_dir():
        require_npm()
        _install(package, kept)
    return kept / "node_modules"


def _install(package: str, kept: Path) -> None:
    """Into a folder of its own first: other test processes may be at it, too."""
    kept.parent.mkdir(exist_ok=True)
    own = Path(tempfile.mkdtemp(dir=kept.parent))
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    ended = subprocess.run(
        [*command, "--prefix", str(own), package],
        capture_output=True, check=False, stdin=subprocess.DEVNULL, text=True, timeout=2_400,
    )  # fmt: skip
    if ended.returncode != 0:
        shutil.rmtree(own)
        give_up(f"npm could not install {package}: {ended.stderr.strip()[-200:]}")
    try:
        own.rename(kept)
    except OSError:
        shutil.rmtree(own)
