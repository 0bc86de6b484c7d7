"""Random JSON that is nearly what a published schema allows: right but for up to three slips.

Values are made from the schema alone. Left out are what JSON Schema cannot tell apart: 1.0 from 1,
and line ends after a pattern, which Python's regular expressions let pass.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any, Final

from hypothesis import strategies as st

Schema = dict[str, Any]
Strategy = st.SearchStrategy[Any]

TIMES: Final = (
    "2026-03-02T09:15:22.123Z",
    "2026-03-02t09:15:22z",
    "2024-02-29 23:59:60+05:30",
    "2000-02-29T00:00:00.123456789-12:00",
    "0001-06-01T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-03-02T24:00:00Z",
    "2026-03-02T09:15:22",
    "2026-03-02T09:15Z",
    "2026-03-02T09:15:22.Z",
    "2026-03-02T09:15:22+24:00",
    "20260302T091522Z",
    "٢٠٢٦-03-02T09:15:22Z",
    " 2026-03-02T09:15:22Z",
    "yesterday",
    "",
)
ZONES: Final = ("UTC", "Europe/Madrid", "America/Argentina/Ushuaia", "Etc/GMT+5")
IDS: Final = ("a", "ana", "é" * 256, "x" * 256)
STRANGE: Final[tuple[Any, ...]] = (
    *(None, True, 0, 1, -1, 29.5, 3_600.5, 2**31, 10**15),
    *("a", "bot", [], [1], {"a": 1}),
)
_SLIPS: Final[dict[type, tuple[Any, ...]]] = {
    str: (*TIMES, *IDS, "x" * 257, "x" * 1_025, "Not a zone", "always", "voice", "outbound"),
    int: (-1, 0, 1, 29, 30, 3_600, 3_601, 315_576_000, 315_576_001, 2**31 - 1, 2**31),
    float: (-0.5, 29.5, 30.5, 3_600.5, 315_576_000.5),
    list: ([], ["a"] * 64, ["a"] * 65, [""], ["x" * 257]),
    dict: ({}, {"a": 1}, {"": 1}, {"x" * 257: 1}),
}
# What rules between members speak of: chance would seldom bring two of them together.
_TELLING: Final[tuple[dict[str, Any], ...]] = (
    {"channel": "voice"},
    {"channel": "record"},
    {"distribution": "pick"},
    {"direction": "outbound"},
    {"handled_by": "bot"},
    {"queue_id": "support"},
    {"representative_id": "ana"},
    {"when": "waited"},
    {"do": "close"},
    {"seconds": 5},
)


def near(schema: Schema) -> Strategy:
    """Values that are nearly what the document allows."""
    return _slipped(_valid(schema, schema))


@st.composite
def _slipped(draw: st.DrawFn, valid: Strategy) -> Any:
    value = [draw(valid)]
    for _ in range(draw(st.integers(0, 3))):
        # In the list, so that the whole value can be the slip, too.
        holder, key = draw(st.sampled_from(list(_places(value))))
        slips = [*_SLIPS.get(type(holder[key]), ()), *STRANGE]
        # A copy, since a later slip may be inside of it.
        slip = copy.deepcopy(draw(st.sampled_from(slips)))
        match draw(st.sampled_from(("replace", "replace", "drop", "add"))):
            case "drop" if isinstance(holder, dict):
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder.update(draw(st.sampled_from([{"unknown": slip}, *_TELLING])))
            case _:
                holder[key] = slip
    return value[0]


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a value: the object or array, and its key or index."""
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    for key in keys:
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])


def _valid(root: Schema, schema: Schema) -> Strategy:
    """Values that keep to all but the rules between members."""
    if "$ref" in schema:
        return _valid(root, root["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    for keyword in ("allOf", "anyOf", "oneOf"):
        # Beside a type they are rules between members.
        if keyword in schema and "type" not in schema:
            return st.one_of(*(_valid(root, part) for part in schema[keyword]))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(*(_OF_KIND[kind](root, schema) for kind in kinds))


def _text(_: Schema, schema: Schema) -> Strategy:
    if schema.get("format") == "date-time":
        return st.sampled_from(TIMES[:5])
    return st.sampled_from(ZONES if "pattern" in schema else IDS)


def _number(_: Schema, schema: Schema) -> Strategy:
    return st.integers(schema.get("minimum", -5), schema.get("maximum", 10**9))


def _array(root: Schema, schema: Schema) -> Strategy:
    return st.lists(_valid(root, schema["items"]), max_size=3)


def _object(root: Schema, schema: Schema) -> Strategy:
    members = {name: _valid(root, part) for name, part in schema.get("properties", {}).items()}
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and not members:
        return st.dictionaries(st.sampled_from(IDS), _valid(root, more), max_size=2)
    required = {name: members.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=members)


_OF_KIND: Final[dict[str, Callable[[Schema, Schema], Strategy]]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda _root, _schema: st.booleans(),
    "null": lambda _root, _schema: st.none(),
    "array": _array,
    "object": _object,
}
