"""helm, and Kubernetes' own schemas, in a cache outside the tree: found, or fetched once with pip.

What is fetched is in kubernetes_tools.txt, by its hash. A cache that is there is whole: it is
filled beside its place and moved there.
"""

import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Final

from tests.harness.broker.jars import locked

PINS: Final = Path(__file__).with_name("kubernetes_tools.txt")
LAYER: Final = "package/lib/layer.zip"
FETCH_TIMEOUT_S: Final = 600


class ToolsUnavailable(Exception):
    """This machine cannot have them; the message is one line that says why."""


def provide_tools() -> Path:
    """The folder with `helm` and the packages; fetches them where that was not done yet.

    Raises ToolsUnavailable.
    """
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise ToolsUnavailable("helm is fetched for Linux on x86-64 alone")
    base = os.environ.get("XDG_CACHE_HOME")
    kept = (Path(base) if base else Path.home() / ".cache") / "omnistate"
    folder = kept / f"kubernetes-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]}"
    if not folder.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_name(f"{folder.name}.lock")):
            if not folder.is_dir():
                _fill(folder)
    return folder


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
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    pinned = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", str(PINS))
    # Constraints of a run around this one, without hashes, would be refused.
    outside = {name: text for name, text in os.environ.items() if "CONSTRAINT" not in name}
    try:
        fetched = subprocess.run(
            [*pip, *pinned, "--dest", str(part)],
            env=outside,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise ToolsUnavailable(f"pip took more than {FETCH_TIMEOUT_S} s") from None
    if fetched.returncode:
        said = fetched.stderr.strip().splitlines() or ["it does not say why"]
        raise ToolsUnavailable(f"pip could not fetch {PINS.name}: {said[-1]}")
    (part / "packages").mkdir()
    for wheel in sorted(part.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            if wheel.name.startswith("aws_cdk"):
                _take_helm(archive, part)
            else:
                archive.extractall(part / "packages")
        wheel.unlink()
    part.rename(folder)


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
