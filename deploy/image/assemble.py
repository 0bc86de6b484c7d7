"""Put the wheels together: an environment without pip, and the list of the parts beside it.

Runs in the image's first stage, by the base's Python and with nothing but its standard library.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path

from parts import list_parts  # type: ignore[import-not-found,unused-ignore]


def assemble(wheels: Path, environment: Path, documents: Path) -> None:
    """Install `wheels`, but for pip, into `environment`; the parts' list goes into `documents`.

    Raises SystemExit with one line where the wheels are for another Python.
    """
    ours = next(wheels.glob("omnistate-*.whl"))
    made_for = ours.name.split("-")[2]
    running = f"cp{sys.version_info.major}{sys.version_info.minor}"
    if made_for != running:
        raise SystemExit(f"the wheels are for {made_for}, and BASE has {running}: make image")
    venv.create(environment, with_pip=False)
    (pip,) = wheels.glob("pip-*.whl")
    command = [sys.executable, f"{pip}/pip", "--python", f"{environment}/bin/python", "install"]
    options = ["--quiet", "--no-index", "--no-cache-dir", "--find-links", str(wheels), "--compile"]
    subprocess.run([*command, *options, str(ours)], check=True)
    documents.mkdir(parents=True, exist_ok=True)
    installed = next(environment.glob("lib/python*/site-packages"))
    text = json.dumps(list_parts(installed), indent=1, sort_keys=True)
    (documents / "sbom.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    assemble(*map(Path, sys.argv[1:]))
