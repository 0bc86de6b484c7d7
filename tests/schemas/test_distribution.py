"""The distribution `omnistate-schemas` by itself: built, installed alone, and used."""

import json
import sys
import venv
import zipfile
from pathlib import Path
from typing import Final

import pytest
from omnistate_schemas.generators.documents import FOLDER, ROOT

from tests.harness.outside import run_outside

pytestmark = pytest.mark.slow

# pydantic and what it depends on itself.
ALONE: Final = {
    "annotated-types",
    "omnistate-schemas",
    "pydantic",
    "pydantic-core",
    "typing-extensions",
    "typing-inspection",
}
# Prints the top-level modules that were loaded, after every public name and module was used.
USE: Final = """
import pkgutil, sys
import omnistate_schemas
for name in omnistate_schemas.__all__:
    getattr(omnistate_schemas, name)
for module in pkgutil.walk_packages(omnistate_schemas.__path__, "omnistate_schemas."):
    if ".generators" not in module.name and not module.name.endswith("__main__"):
        __import__(module.name)
schema = omnistate_schemas.read_schema("conversation.state_changed")
omnistate_schemas.OUTPUT.validate_python(schema["examples"][0])
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel, built from the source distribution beside it."""
    folder = tmp_path_factory.mktemp("dist")
    run_outside(sys.executable, "-m", "build", "--outdir", folder, ROOT / "schemas", cwd=folder)
    assert len(list(folder.glob("omnistate_schemas-*.tar.gz"))) == 1
    return folder


def test_the_wheel_carries_models_schemas_types_and_licence(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        for path in (ROOT / FOLDER).glob("*.json"):
            assert packed.read(f"omnistate_schemas/json/{path.name}") == path.read_bytes()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        described = packed.read(metadata).decode()
    expected = {"py.typed", "asyncapi.yaml", "openapi.json", "vocabulary.py", "__main__.py"}
    assert {f"omnistate_schemas/{name}" for name in expected} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert "Project-URL: Changelog" in described
    assert "Five lines to begin with" in described


def test_the_licence_is_that_of_the_repository() -> None:
    assert (ROOT / "schemas/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_alone_brings_pydantic_and_nothing_else(dist: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    pip = (python, "-m", "pip", "--disable-pip-version-check")
    before = {
        each["name"]
        for each in json.loads(run_outside(*pip, "list", "--format=json", cwd=tmp_path))
    }
    run_outside(*pip, "install", "--quiet", wheel, cwd=tmp_path)
    after = {
        each["name"]
        for each in json.loads(run_outside(*pip, "list", "--format=json", cwd=tmp_path))
    }
    spelled = {name.lower().replace("_", "-") for name in after - before}
    assert spelled == ALONE
    (tmp_path / "use.py").write_text(USE, encoding="utf-8")
    loaded = run_outside(python, "use.py", cwd=tmp_path).split()
    assert "pydantic" in loaded
    assert not {"yaml", "msgspec", "omnistate", "aiokafka"} & set(loaded)
    printed = run_outside(python, "-m", "omnistate_schemas", "events", cwd=tmp_path)
    assert printed == (ROOT / FOLDER / "events.json").read_text(encoding="utf-8")
