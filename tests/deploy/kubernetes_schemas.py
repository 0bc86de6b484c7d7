"""Schemas of what a cluster knows: Kubernetes' own, and KEDA's and the Prometheus operator's.

The former are a package's. The latter are files of two modules of Go, fetched once into a cache and
known by the sums that are pinned here. An object must have nothing that its schema does not name.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.deploy.kubernetes_tools import provide_tools
from tests.deploy.rendered_chart import Object, read_objects
from tests.harness.fetched_folder import FetchUnavailable, fetch, provide_folder

# Of those that the package has, the newest.
KUBERNETES: Final = "1.37"


class Module(NamedTuple):
    """A module of Go at a version, its sum, and the files of definitions in it."""

    path: str
    version: str
    total: str
    folder: str
    files: tuple[str, ...]


MODULES: Final = (
    Module(
        "github.com/kedacore/keda/v2",
        "v2.21.0",
        "h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=",
        "config/crd/bases",
        ("keda.sh_scaledobjects.yaml",),
    ),
    Module(
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        "example/prometheus-operator-crd",
        (
            "monitoring.coreos.com_podmonitors.yaml",
            "monitoring.coreos.com_prometheusrules.yaml",
        ),
    ),
)


def judge(text: str, file: Path) -> list[str]:
    """What kubernetes-validate says of several documents, a line for each object."""
    file.write_text(text, encoding="utf-8")
    command = (sys.executable, "-m", "kubernetes_validate", "-k", KUBERNETES, "--strict", str(file))
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(provide_tools() / "packages")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return [line.replace(str(file), "it") for line in (done.stdout + done.stderr).splitlines()]


def read_definitions() -> dict[tuple[str, str], dict[str, Any]]:
    """The schema of each kind, by its apiVersion and kind. Raises FetchUnavailable."""
    found = {}
    for module in MODULES:
        for file in map(_provide(module).joinpath, module.files):
            for definition in read_objects(file.read_text(encoding="utf-8")):
                spec = definition["spec"]
                for version in spec["versions"]:
                    api = f"{spec['group']}/{version['name']}"
                    schema = version["schema"]["openAPIV3Schema"]
                    found[api, spec["names"]["kind"]] = close(schema)
    return found


def close(schema: Any) -> Any:
    """The same schema, in which nothing may be said that it does not name."""
    if isinstance(schema, list):
        return [close(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: close(each) for key, each in schema.items()}
    if isinstance(closed.get("pattern"), str):
        # A flag stands at the beginning in Python, and may stand elsewhere in Go.
        closed["pattern"] = closed["pattern"].replace("^(?i)", "(?i)^")
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            closed.setdefault("additionalProperties", False)
        # Whatever object: the API's own members are checked by others.
        if "metadata" in schema["properties"]:
            closed["properties"]["metadata"] = {"type": "object"}
    return closed


def kind_of(thing: Object) -> tuple[str, str]:
    """What an object's schema is found by."""
    return thing["apiVersion"], thing["kind"]


def _provide(module: Module) -> Path:
    name = f"{module.path.split('/')[2]}-{module.version}"
    return provide_folder(name, lambda folder: _fill(module, folder))


def _fill(module: Module, folder: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise FetchUnavailable("no definitions of operators' objects: apt-get install golang")
    modules = folder / "modules"
    # The sum is compared here, with one that does not change: no other server is asked.
    own = {"GOMODCACHE": str(modules), "GOFLAGS": "-mod=mod -modcacherw", "GONOSUMDB": "*"}
    command = [go, "mod", "download", "-json", f"{module.path}@{module.version}"]
    told = json.loads(fetch(command, folder, **own))
    assert told["Sum"] == module.total, f"{module.path} is not what was pinned: {told['Sum']}"
    for file in module.files:
        shutil.copyfile(Path(told["Dir"]) / module.folder / file, folder / file)
    shutil.rmtree(modules)
