"""Every member says what it is, every number in which unit; no type is without a name."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from omnistate.projections.figures.windows import FigureRow, Span
from omnistate_schemas.figure_members import FIGURE_MEMBERS
from omnistate_schemas.generators.documents import FOLDER, ROOT
from omnistate_schemas.named_types import name_type
from omnistate_schemas.published import schema_names

Schema = dict[str, Any]
DEFINITIONS = ("$defs", "schemas")
# Whatever a rule between members repeats of them was described where it is theirs.
RULES = ("if", "then", "else", "not")
DURATION = re.compile(r"_seconds$|_(timeout|window|inactivity|retention|threshold)$|_ms$")


def load(name: str) -> Schema:
    """A published document, by its place below `schemas`."""
    text = (ROOT / "schemas" / name).read_text(encoding="utf-8")
    loaded: Schema = yaml.safe_load(text) if name.endswith(".yaml") else json.loads(text)
    return loaded


DOCUMENTS = {
    name: load(name)
    for name in ("asyncapi.yaml", "openapi.json", *(f"json/{each}.json" for each in schema_names()))
}


def schemas_in(node: Any, place: str = "") -> Iterator[tuple[str, Schema]]:
    """Every schema of a document and its place, those of rules aside."""
    if isinstance(node, dict):
        yield place, node
        for key, part in node.items():
            if key not in {*RULES, "examples", "default", "discriminator"}:
                yield from schemas_in(part, f"{place}/{key}")
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from schemas_in(part, f"{place}/{number}")


def members_in(document: Schema) -> Iterator[tuple[str, Schema]]:
    for place, schema in schemas_in(document):
        for name, member in schema.get("properties", {}).items():
            if isinstance(member, dict) and "properties" not in place.split("/")[-1:]:
                yield f"{place}/{name}", member


def resolved(schema: Schema, document: Schema) -> Iterator[Schema]:
    """The schema, its alternatives, and what they refer to."""
    yield schema
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from resolved(part, document)
    if "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from resolved(target, document)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_member_and_every_definition_has_a_description(name: str) -> None:
    document = DOCUMENTS[name]
    silent = [place for place, member in members_in(document) if not member.get("description")]
    for place, schema in schemas_in(document):
        if place.split("/")[-2:-1] and place.split("/")[-2] in DEFINITIONS:
            silent += [] if schema.get("description") else [place]
    assert not silent
    assert list(members_in(document))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_number_has_a_unit_and_every_duration_says_it(name: str) -> None:
    document = DOCUMENTS[name]
    for place, member in members_in(document):
        parts = list(resolved(member, document))
        units = {part["x-unit"] for part in parts if "x-unit" in part}
        numbers = [part for part in parts if "number" in str(part.get("type"))]
        assert all("x-unit" in part for part in numbers), place
        if "seconds" in units or DURATION.search(place):
            assert units == {"seconds"}, place
            assert "second" in member["description"].lower(), place


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_default_is_null_and_no_enum_is_without_a_name(name: str) -> None:
    for place, schema in schemas_in(DOCUMENTS[name]):
        assert schema.get("default", ()) is not None, place
        if "enum" in schema:
            assert place.split("/")[-2] in DEFINITIONS, place
            assert place.split("/")[-1][:1].isupper(), place


def test_a_vocabulary_without_a_name_is_an_error() -> None:
    with pytest.raises(LookupError, match="no name for"):
        name_type({"enum": ["yes", "no"], "type": "string"})


def test_the_figures_described_are_those_that_the_worker_makes() -> None:
    row = FigureRow("support", "", Span(300, "current", 0), {}).members()
    assert set(row) == set(FIGURE_MEMBERS)
    for name, value in row.items():
        kinds = FIGURE_MEMBERS[name]["type"]
        assert ("null" in kinds) == (value is None), name
        assert (FIGURE_MEMBERS[name]["x-unit"] == "seconds") == name.endswith("_seconds")


def test_the_tests_folder_is_that_of_the_documents() -> None:
    assert {f"json/{path.name}" for path in (ROOT / FOLDER).glob("*")} < set(DOCUMENTS)
