"""Clients made as the how-to says: every type has its name once, and they read what we write."""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from omnistate_schemas.published import read_document, read_schema
from omnistate_schemas.registry import INPUTS, OUTPUTS, REPRESENTATIVE_INPUTS
from pydantic import TypeAdapter, ValidationError

from tests.documents.snippet_pages import read_page
from tests.documents.snippet_run import check_shown, run_page
from tests.harness.machine import require_npm

pytestmark = pytest.mark.slow

PAGE = "docs/how-to/generate-clients.md"
# What the generator of Python puts beside the types; it is private.
HELPERS = {"_JsonSchemaRuntimeValidationBase"}
MADE = {
    "events": {*read_schema("events")["$defs"], "Event"},
    "contact_centre": {*read_schema("contact_centre")["$defs"], "ContactCentre"},
    "read_api": set(json.loads(read_document("openapi"))["components"]["schemas"]),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the page was followed to its end."""
    require_npm()
    page = read_page(PAGE)
    check_shown(page)
    folder = tmp_path_factory.mktemp("client")
    run_page(page, folder, dict(os.environ), {})
    return folder


def names_in(path: Path) -> list[str]:
    """The types that a generated Python module defines at its top, in order."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign):
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return found


@pytest.mark.parametrize("module", MADE)
def test_python_has_each_type_once_by_its_own_name(client: Path, module: str) -> None:
    names = [name for name in names_in(client / f"{module}.py") if name not in HELPERS]
    assert len(names) == len(set(names))
    assert set(names) == MADE[module]
    assert not [name for name in names if name[-1].isdigit()]


@pytest.mark.parametrize("module", ["events", "contact_centre"])
def test_typescript_has_each_type_once_by_its_own_name(client: Path, module: str) -> None:
    text = (client / f"{module}.ts").read_text(encoding="utf-8")
    names = re.findall(r"^export (?:type|interface) (\w+)", text, re.MULTILINE)
    # TypeScript has no bounds on numbers, so plain ones may do without a name.
    assert len(names) == len(set(names))
    assert set(names) == MADE[module]
    # A union of words stands where it is defined; elsewhere its name does.
    inline = re.findall(r"^ .*: .*\" \| \".*$", text, re.MULTILINE)
    assert not inline


def test_typescript_is_checked_indeed(client: Path) -> None:
    wrong = (client / "client.ts").read_text(encoding="utf-8").replace('"live_chat"', '"chat"')
    (client / "wrong.ts").write_text(wrong, encoding="utf-8")
    ended = subprocess.run(
        ["npx", "tsc", "--noEmit", "--strict", "--target", "es2022", "wrong.ts"],
        cwd=client, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert "ChannelOrKind" in ended.stdout


def test_python_passes_strict_type_checks(client: Path) -> None:
    mypy = pytest.importorskip("mypy.api", reason="no mypy: make setup")
    said, _, status = mypy.run(
        ["--strict", "--config-file=", f"--cache-dir={client / 'mypy'}", str(client / "client.py")]
    )
    assert status == 0, said


@pytest.fixture
def events(client: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return imported("events", client, monkeypatch)


@pytest.fixture
def contact_centre(client: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return imported("contact_centre", client, monkeypatch)


def imported(name: str, client: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(client)
    monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module(name)


@pytest.mark.parametrize("name", [*INPUTS, *REPRESENTATIVE_INPUTS, *OUTPUTS])
def test_python_reads_and_writes_every_event(events: ModuleType, name: str) -> None:
    example = read_schema(name)["examples"][0]
    event = TypeAdapter(events.Event).validate_json(json.dumps(example))
    assert type(event).__name__ == read_schema(name)["title"]
    again: Any = json.loads(event.model_dump_json())
    if name in OUTPUTS:
        again, example = with_empty_ones_left_out(again), with_empty_ones_left_out(example)
    assert as_told(again) == as_told(example)


def with_empty_ones_left_out(value: Any) -> Any:
    """The output as the worker writes it: a client that read it has its empty lists, too."""
    if isinstance(value, dict):
        told = {key: with_empty_ones_left_out(member) for key, member in value.items()}
        return {key: member for key, member in told.items() if member not in ([], {})}
    return [with_empty_ones_left_out(each) for each in value] if isinstance(value, list) else value


def as_told(value: Any) -> Any:
    """The value with its times cut to seconds: clients write the fraction as they like."""
    if isinstance(value, dict):
        return {key: as_told(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_told(each) for each in value]
    return value[:19] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value) else value


def test_python_knows_that_outbound_needs_a_representative(events: ModuleType) -> None:
    example = read_schema("conversation.started")["examples"][0]
    with pytest.raises(ValidationError, match="required"):
        events.ConversationStartedData.model_validate(example["data"] | {"direction": "outbound"})


@pytest.mark.parametrize(
    ("key", "value", "accepted"),
    [
        ("mon-fri", ["08:00-20:00"], True),
        ("monday", ["08:00-20:00"], False),
        ("mon", ["8-20"], False),
        ("mon", None, False),
        ("closed_on", ["2026-12-25"], True),
        ("closed_on", ["08:00-20:00"], False),
    ],
)
def test_python_knows_operating_hours(
    contact_centre: ModuleType, key: str, value: Any, accepted: bool
) -> None:
    queue = {"operating_hours": {key: value}}
    if accepted:
        hours = contact_centre.Queue.model_validate(queue).operating_hours
        assert json.loads(hours.model_dump_json())[key] == value
    else:
        with pytest.raises(ValidationError, match=key):
            contact_centre.Queue.model_validate(queue)


def test_the_page_names_the_versions_that_are_tested() -> None:
    text = "\n".join(block.text for block in read_page(PAGE).blocks)
    for name in ("datamodel-code-generator", "omnistate-schemas"):
        assert f"{name}=={importlib.metadata.version(name)}" in text
