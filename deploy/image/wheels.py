"""The wheels of the image: this checkout's, compiled, and all that they require.

It installs nothing; the image is made of the folder without a network.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.image.stripping import strip_wheel

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "build" / "image" / "wheels"
# All that a build reads. What is compiled would lie beside the sources, and hide changes there.
SOURCES: Final = ("workers", "schemas", "topics.yaml", "pyproject.toml", "README.md", "LICENSE")


def make_wheels(folder: Path = FOLDER) -> list[Path]:
    """Fill `folder` anew, by constraints.txt's pins; needs a C compiler with binutils, and
    Python's headers.

    pip itself is among them: it puts the image together, and does not stay there. Raises
    CalledProcessError where pip fails, which has said why.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    constraints = str(ROOT / "constraints.txt")
    environment = os.environ | {
        "HATCH_BUILD_HOOK_ENABLE_MYPYC": "true",
        "PIP_CONSTRAINT": constraints,
        "PIP_BUILD_CONSTRAINT": constraints,
    }
    with TemporaryDirectory() as name:
        copy = Path(name)
        for source in map(ROOT.joinpath, SOURCES):
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.egg-info")
                shutil.copytree(source, copy / source.name, ignore=ignored)
            else:
                shutil.copy(source, copy)
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
        command = [*pip, "--wheel-dir", str(folder), "./schemas", ".", "pip"]
        subprocess.run(command, cwd=copy, env=environment, check=True)
    wheels = sorted(folder.iterdir())
    for wheel in wheels:
        strip_wheel(wheel)
    return wheels


def main() -> int:
    """Make them, and say how many."""
    try:
        wheels = make_wheels()
    except subprocess.CalledProcessError as error:
        return error.returncode
    size = sum(wheel.stat().st_size for wheel in wheels)
    print(f"{len(wheels)} wheels, {size / 1e6:.0f} MB: {FOLDER.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
