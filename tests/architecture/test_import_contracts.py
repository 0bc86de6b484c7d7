"""Every import contract can fail: each is broken once, and nothing else breaks with it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.architecture.aiokafka_reaches import ROOT
from tests.architecture.offences import OFFENCES, Import, Stray

KINDS: dict[str, type[Contract]] = {
    each.type_name: each
    for each in (AcyclicSiblingsContract, ForbiddenContract, LayersContract, ProtectedContract)
}
CONFIGURATION = read_configuration(str(ROOT / "pyproject.toml"))


def contracts() -> Iterator[tuple[str, Contract]]:
    """Every contract of pyproject.toml, by its id."""
    session = CONFIGURATION["session_options"]
    for options in CONFIGURATION["contracts_options"]:
        yield options["id"], KINDS[options["type"]](options["name"], session, options)


def broken(graph: grimp.ImportGraph) -> set[str]:
    """The ids of those that the imports break."""
    # A check takes ignored imports out of the graph that it is given.
    return {id_ for id_, each in contracts() if not each.check(deepcopy(graph), verbose=False).kept}


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    """The imports of the repository, as they are."""
    session: dict[str, Any] = CONFIGURATION["session_options"]
    return grimp.build_graph(
        *session["root_packages"],
        include_external_packages=session["include_external_packages"] == "True",
        exclude_type_checking_imports=session["exclude_type_checking_imports"] == "True",
        cache_dir=None,
    )


def test_the_imports_are_as_agreed(imports: grimp.ImportGraph) -> None:
    assert broken(imports) == set()


def test_an_offence_is_known_against_each_contract() -> None:
    assert list(OFFENCES) == [options["id"] for options in CONFIGURATION["contracts_options"]]


@pytest.mark.parametrize(
    ("id_", "offence"),
    [
        pytest.param(id_, offence, id=f"{id_}{number}")
        for id_, offences in OFFENCES.items()
        for number, offence in enumerate(offences)
    ],
)
def test_an_offence_breaks_its_contract_alone(
    imports: grimp.ImportGraph, id_: str, offence: Import | Stray
) -> None:
    graph = deepcopy(imports)
    match offence:
        case Stray(module):
            assert module not in graph.modules
            graph.add_module(module)
        case Import(importer, imported):
            assert importer in graph.modules
            # A library that nothing imports so far is no part of the graph.
            assert imported in graph.modules or not imported.startswith("omnistate")
            assert imported not in graph.find_modules_directly_imported_by(importer)
            graph.add_module(imported, is_squashed=not imported.startswith("omnistate"))
            graph.add_import(importer=importer, imported=imported)
    assert broken(graph) == {id_} | offence.also


def test_every_protected_library_is_imported_where_it_may_be(imports: grimp.ImportGraph) -> None:
    """A room that no longer imports its library must not keep the right to."""
    for options in CONFIGURATION["contracts_options"]:
        for importer in options.get("allowed_importers", ()):
            room = {importer} | imports.find_descendants(importer)
            protected = set(options["protected_modules"])
            used = {
                name for each in room for name in imports.find_modules_directly_imported_by(each)
            }
            assert used & protected, f"{options['id']}: {importer} does not need it"


def test_the_linter_itself_fails(tmp_path: Path) -> None:
    """As `make check` runs it, on a copy of the sources with one import too many."""
    for folder in ("workers", "schemas"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    paths = os.pathsep.join(str(tmp_path / folder) for folder in ("workers", "schemas"))
    linter = Path(sys.executable).with_name("lint-imports")

    def lint() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [linter, "--no-cache", "--contract", "xxhash"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )

    kept = lint()
    assert kept.returncode == 0, kept.stdout + kept.stderr
    with (tmp_path / "workers" / "omnistate" / "stream" / "ports.py").open("a") as module:
        module.write("import xxhash\n")
    fails = lint()
    assert fails.returncode == 1
    assert "omnistate.stream.ports" in fails.stdout
