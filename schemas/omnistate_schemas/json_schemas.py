"""From models to the JSON Schemas (2020-12) that are published, for validators and for clients.

pydantic's own, made pleasant: a name for each vocabulary and bounded value, no `default: null`,
null in the type of what has no name, a description on every member. It reads and writes no file.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from omnistate_schemas.envelope import CloudEvent
from omnistate_schemas.named_types import annotations_of, name_type

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
LOCAL: Final = "#/$defs/{model}"
COMPONENT: Final = "#/components/schemas/{model}"

# But `not`: what a rule between members forbids is no type, and has no name.
_SCHEMAS: Final = ("items", "additionalProperties", "propertyNames", "if", "then", "else")
_LISTS: Final = ("anyOf", "oneOf", "allOf")
_NULL: Final[Schema] = {"type": "null"}
# As people read a schema; what is not here stands before the last three.
_FIRST: Final = (
    *("title", "description", "type", "format", "pattern", "enum", "const", "$ref", *_LISTS),
    *("discriminator", "properties", "required", "additionalProperties"),
)
_LAST: Final = ("default", "examples", "$defs")


class Untitled(GenerateJsonSchema):
    """JSON Schemas whose members are named by their keys alone: a title only repeats the name."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        """Never."""
        return False


def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON Schema of one model, with all that it refers to in its `$defs`."""
    schema = model.model_json_schema(schema_generator=Untitled)
    found = _polish_all(schema.pop("$defs", {}) | {"": schema}, LOCAL)
    root = found.pop("")
    return {**root, "$defs": found} if found else root


def schemas_of(
    models: Iterable[type[BaseModel]], template: str = LOCAL, mode: Mode = "validation"
) -> dict[str, Schema]:
    """The JSON Schemas of several models and of all that they refer to, by name, each one once."""
    _, document = models_json_schema(
        [(model, mode) for model in models], ref_template=template, schema_generator=Untitled
    )
    return _polish_all(document["$defs"], template)


def _polish_all(schemas: dict[str, Schema], template: str) -> dict[str, Schema]:
    """The schemas, and those that they turn out to need, by name in alphabetical order."""
    named: dict[str, Schema] = {}
    found = {name: _polish(schema, template, named) for name, schema in schemas.items()}
    assert not found.keys() & named.keys(), "a model has the name of a type"
    found |= named
    for schema in found.values():
        _describe_members(schema, found, template)
    return dict(sorted(found.items()))


def _polish(schema: Schema, template: str, named: dict[str, Schema]) -> Schema:
    """The schema as it is published; the types that it names are added to `named`."""
    schema = _null_apart(schema)
    if "default" in schema and schema["default"] is None:
        # Never what a key that is left out stands for.
        del schema["default"]
    found = name_type(schema)
    if found is None:
        schema = _polish_parts(schema, template, named)
    else:
        name, definition = found
        named[name] = _polish_parts(definition, template, named)
        schema = {"$ref": template.format(model=name), **annotations_of(schema)}
    return _in_order(_with_null_in_type(_beside_reference(schema)))


def _polish_parts(schema: Schema, template: str, named: dict[str, Schema]) -> Schema:
    schema = dict(schema)
    if "properties" in schema:
        members = schema["properties"].items()
        schema["properties"] = {key: _polish(part, template, named) for key, part in members}
    for keyword in _SCHEMAS:
        if isinstance(schema.get(keyword), dict):
            schema[keyword] = _polish(schema[keyword], template, named)
    for keyword in _LISTS:
        if keyword in schema:
            schema[keyword] = [_polish(part, template, named) for part in schema[keyword]]
    return schema


def _null_apart(schema: Schema) -> Schema:
    """A copy, in which null is no member of a choice that has a name, but stands beside it."""
    choices = schema.get("anyOf", [])
    named = [each for each in choices if each != _NULL]
    if 1 < len(named) < len(choices) and name_type({"anyOf": named}) is not None:
        return {**schema, "anyOf": [{"anyOf": named}, _NULL]}
    return dict(schema)


def _beside_reference(schema: Schema) -> Schema:
    """Words beside a reference would make generators copy, or lose, what it refers to."""
    if "$ref" in schema and isinstance(schema.get("default"), dict):
        # Each of its members tells its own.
        del schema["default"]
    if "$ref" in schema and len(schema) > 1:
        # A default beside `allOf` is taken for a type of its own.
        choice = "anyOf" if "default" in schema else "allOf"
        return {choice: [{"$ref": schema.pop("$ref")}], **schema}
    return schema


def _with_null_in_type(schema: Schema) -> Schema:
    """`type: [x, null]` in the place of a choice between x and null."""
    match schema.get("anyOf"):
        case [{"type": str(type_), **limits}, {"type": "null"}] if "const" not in limits:
            del schema["anyOf"]
            return {"type": [type_, "null"], **{str(key): limits[key] for key in limits}, **schema}
    return schema


def _in_order(schema: Schema) -> Schema:
    first = [key for key in _FIRST if key in schema]
    last = [key for key in _LAST if key in schema]
    rest = [key for key in schema if key not in {*first, *last}]
    return {key: schema[key] for key in (*first, *rest, *last)}


def _describe_members(schema: Schema, schemas: dict[str, Schema], template: str) -> None:
    """Give every member a description: its own, the envelope's, or that of what it refers to."""
    members = schema.get("properties", {})
    envelope = CloudEvent.model_fields if "specversion" in members else {}
    for name, member in members.items():
        if "description" in member:
            continue
        if "$ref" in member:
            target = schemas[member["$ref"].removeprefix(template.format(model=""))]
            members[name] = {
                "description": target["description"],
                "allOf": [{"$ref": member["$ref"]}],
            }
        elif name in envelope:
            members[name] = _in_order({**member, "description": envelope[name].description})
