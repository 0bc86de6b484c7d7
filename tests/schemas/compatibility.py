"""Whether JSON Schemas still keep the promises of older ones: a check before each release.

`python -m tests.schemas.compatibility OLD` compares `schemas/json` with a folder of older schemas,
such as those of the last release's tag; exit status 1 where something breaks. It understands what
is published, no more: what is new between members (`if`, `not` …) it always calls a break.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

from omnistate_schemas.generators.documents import FOLDER, ROOT
from omnistate_schemas.registry import OUTPUTS

Schema = dict[str, Any]
Direction = Literal["in", "out"]

LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
EXACT: Final = ("pattern", "format", "multipleOf", "uniqueItems", "if", "then", "else", "not")
# Each message in them has its own file.
BUNDLES: Final = frozenset({"contact_centre", "events"})


def compare(old: Path, new: Path) -> list[str]:
    """What the schemas in `new` break of those in `old`, one line each."""
    found = []
    for path in sorted(old.glob("*.json")):
        if path.stem in BUNDLES:
            continue
        if not (new / path.name).is_file():
            found.append(f"{path.stem}: gone")
            continue
        schemas = [json.loads(each.read_text(encoding="utf-8")) for each in (path, new / path.name)]
        direction: Direction = "out" if path.stem in OUTPUTS else "in"
        found += [f"{path.stem}: {line}" for line in breaks(schemas[0], schemas[1], direction)]
    return found


def breaks(old: Schema, new: Schema, direction: Direction) -> list[str]:
    """What a change from `old` to `new` breaks, one line each; nothing where it is compatible.

    `in` is what others write and we read: all that was valid must stay so. `out` is what we write
    and others read: all that we write must have been possible before. Neither may lose a member.
    """
    lost = [f"{place}: removed" for place in sorted(_members(old) - _members(new))]
    if direction == "in":
        return lost + list(_narrowings(Rooted(old), Rooted(new), ""))
    return lost + [f"old readers: {line}" for line in _narrowings(Rooted(new), Rooted(old), "")]


class Rooted:
    """A schema together with the document that its references point into."""

    def __init__(self, schema: Schema, root: Schema | None = None) -> None:
        self.root = schema if root is None else root
        # A reference alone, or one with words beside it.
        while "$ref" in schema or len(schema.get("allOf", ())) == 1:
            reference = schema.get("$ref") or schema["allOf"][0]["$ref"]
            beside = {key: value for key, value in schema.items() if key not in {"$ref", "allOf"}}
            schema = self.root["$defs"][reference.removeprefix("#/$defs/")] | beside
        self.schema = schema

    def at(self, schema: Schema) -> "Rooted":
        return Rooted(schema, self.root)

    def members(self) -> dict[str, "Rooted"]:
        properties = self.schema.get("properties", {})
        return {name: self.at(schema) for name, schema in properties.items()}

    def alternatives(self) -> list["Rooted"]:
        several = self.schema.get("anyOf") or self.schema.get("oneOf")
        if several is not None:
            return [leaf for schema in several for leaf in self.at(schema).alternatives()]
        if isinstance(self.schema.get("type"), list):
            return [self.at({**self.schema, "type": type_}) for type_ in self.schema["type"]]
        return [self]

    def values(self) -> list[Any] | None:
        return [self.schema["const"]] if "const" in self.schema else self.schema.get("enum")


def _members(schema: Schema) -> set[str]:
    def walk(rooted: Rooted, place: str) -> Iterator[str]:
        for alternative in rooted.alternatives():
            for name, member in alternative.members().items():
                yield f"{place}/{name}"
                yield from walk(member, f"{place}/{name}")

    return set(walk(Rooted(schema), ""))


def _narrowings(before: Rooted, after: Rooted, place: str) -> Iterator[str]:
    """The ways in which `after` refuses what `before` allowed."""
    for wanted in before.alternatives():
        found = [
            list(_narrowed(wanted, offered, place))
            for offered in after.alternatives()
            if offered.schema.get("type") in {None, wanted.schema.get("type")}
            or (offered.schema.get("type"), wanted.schema.get("type")) == ("number", "integer")
        ]
        if not found:
            yield f"{place}: does not take {wanted.schema.get('type', 'anything')}"
        elif wanted.schema.get("type") != "null":
            yield from min(found, key=len)


def _narrowed(before: Rooted, after: Rooted, place: str) -> Iterator[str]:
    yield from _values_lost(before, after, place)
    yield from _limits_tightened(before.schema, after.schema, place)
    demanded = set(after.schema.get("required", ())) - set(before.schema.get("required", ()))
    yield from (f"{place}/{name}: required" for name in sorted(demanded))
    here, there = before.members(), after.members()
    for name in here.keys() & there.keys():
        yield from _narrowings(here[name], there[name], f"{place}/{name}")
    for keyword in ("items", "additionalProperties", "propertyNames"):
        one, other = before.schema.get(keyword, True), after.schema.get(keyword, True)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _narrowings(before.at(one), after.at(other), f"{place}/*")
        elif one is not False and other is not True:
            yield f"{place}: {keyword} limited"


def _values_lost(before: Rooted, after: Rooted, place: str) -> Iterator[str]:
    allowed, wanted = after.values(), before.values()
    if allowed is None:
        return
    if wanted is None:
        yield f"{place}: only {allowed}"
    else:
        yield from (f"{place}: not {value!r}" for value in wanted if value not in allowed)


def _limits_tightened(before: Schema, after: Schema, place: str) -> Iterator[str]:
    for keyword in (*LOWER, *UPPER):
        if keyword not in after:
            continue
        old, new = before.get(keyword), after[keyword]
        if old is None or (new > old if keyword in LOWER else new < old):
            yield f"{place}: {keyword} {new}"
    for keyword in EXACT:
        if keyword in after and after[keyword] != before.get(keyword):
            yield f"{place}: {keyword} {after[keyword]}"


def main(arguments: list[str]) -> int:
    """The command; exit status 1 where something breaks, 2 where there is nothing to compare."""
    if len(arguments) != 1 or not any(Path(arguments[0]).glob("*.json")):
        sys.stderr.write("A folder with older JSON Schemas, please.\n")
        return 2
    found = compare(Path(arguments[0]), ROOT / FOLDER)
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
