"""What a JSON Schema allows, as a few words for a table: `integer, 0–100`.

It reads the part of JSON Schema that pydantic writes for settings and configuration, and refuses
the rest, so that no document leaves anything out.
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
_NAMES: Final = {"boolean": "true or false", "null": "null"}
_FORMATS: Final = {"password": "text, secret", "path": "path", "date-time": "RFC 3339 time"}


def describe_type(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    """The values that `schema` takes, its references being to `definitions`.

    Raises ValueError for a schema that this module has no words for.
    """
    if "$ref" in schema:
        return describe_type(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _join(describe_type(each, definitions) for each in schema[several])
    match schema.get("type"):
        case "string":
            return _describe_text(schema)
        case "integer" | "number" as type_:
            return f"{type_}{_describe_bounds(schema)}"
        case "array":
            most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
            return f"list of {describe_type(schema['items'], definitions)}{most}"
        case "object" if "properties" in schema:
            members = schema["properties"].items()
            said = [f"`{name}`: {describe_type(part, definitions)}" for name, part in members]
            said += ["days"] if isinstance(schema.get("additionalProperties"), Mapping) else []
            return f"{{{'; '.join(said)}}}"
        case "object" if isinstance(schema.get("additionalProperties"), Mapping):
            return f"id → {describe_type(schema['additionalProperties'], definitions)}"
        case "boolean" | "null" as type_:
            return _NAMES[type_]
    raise ValueError(f"no words for the schema {dict(schema)}")


def find_unit(schema: Schema, definitions: Mapping[str, Schema]) -> str | None:
    """The unit of the numbers that `schema` takes, where it names one (`x-unit`)."""
    if "$ref" in schema:
        return find_unit(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    within = [*schema.get("anyOf", ()), *schema.get("properties", {}).values()]
    if "items" in schema:
        within.append(schema["items"])
    parts = (find_unit(each, definitions) for each in within)
    own: str | None = schema.get("x-unit")
    return own or next((unit for unit in parts if unit), None)


def _join(words: Any) -> str:
    """Alternatives, null last."""
    found = list(dict.fromkeys(words))
    if "null" in found:
        found.remove("null")
        found.append("null")
    return " or ".join(found)


def _describe_text(schema: Schema) -> str:
    if "format" in schema:
        return _FORMATS[schema["format"]]
    low, high = schema.get("minLength"), schema.get("maxLength")
    if high is None:
        return "text"
    return f"text, {low}–{high} characters" if low else f"text, at most {high} characters"


def _describe_bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None or high is None:
        return ""
    return f", {low:,.12g}" if low == high else f", {low:,.12g}–{high:,.12g}"
