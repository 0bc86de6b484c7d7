"""Whether a JSON Schema still keeps the promises of an older one.

It compares what pydantic writes, no more: references into `$defs`, alternatives, limits, members.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

Schema = dict[str, Any]
Direction = Literal["in", "out"]

LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
EXACT: Final = ("pattern", "format", "multipleOf", "uniqueItems")


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
        while "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        self.schema = schema

    def at(self, schema: Schema) -> "Rooted":
        return Rooted(schema, self.root)

    def members(self) -> dict[str, "Rooted"]:
        properties = self.schema.get("properties", {})
        return {name: self.at(schema) for name, schema in properties.items()}

    def alternatives(self) -> list["Rooted"]:
        several = self.schema.get("anyOf") or self.schema.get("oneOf")
        if several is None:
            return [self]
        return [leaf for schema in several for leaf in self.at(schema).alternatives()]

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
        else:
            yield from min(found, key=len)


def _narrowed(before: Rooted, after: Rooted, place: str) -> Iterator[str]:
    yield from _values_lost(before, after, place)
    yield from _limits_tightened(before.schema, after.schema, place)
    demanded = set(after.schema.get("required", ())) - set(before.schema.get("required", ()))
    yield from (f"{place}/{name}: required" for name in sorted(demanded))
    here, there = before.members(), after.members()
    for name in here.keys() & there.keys():
        yield from _narrowings(here[name], there[name], f"{place}/{name}")
    for keyword in ("items", "additionalProperties"):
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
