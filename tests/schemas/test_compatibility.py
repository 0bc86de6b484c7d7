"""The schemas keep the promises of the last release, and the checker sees each kind of break.

`baseline/` holds `schemas/json/` as last released: copy it anew with a release, never before one.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omnistate_schemas.generators.documents import FOLDER, ROOT
from omnistate_schemas.registry import OUTPUTS

from tests.schemas.compatibility import Direction, breaks

Schema = dict[str, Any]
BASELINE = Path(__file__).parent / "baseline"
RELEASED = sorted(path.stem for path in BASELINE.glob("*.json"))


def load(folder: Path, name: str) -> Schema:
    loaded: Schema = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def direction_of(name: str) -> Direction:
    return "out" if name in OUTPUTS else "in"


@pytest.mark.parametrize("name", RELEASED)
def test_present_schemas_are_compatible_with_the_last_release(name: str) -> None:
    assert (ROOT / FOLDER / f"{name}.json").is_file(), f"{name} was released and is gone"
    assert not breaks(load(BASELINE, name), load(ROOT / FOLDER, name), direction_of(name))


def test_there_is_a_baseline() -> None:
    assert len(RELEASED) >= 38


SCHEMA: Schema = {
    "$defs": {
        "Data": {
            "type": "object",
            "properties": {
                "channel": {"type": "string", "enum": ["chat", "voice"]},
                "queue_id": {"anyOf": [{"type": "string", "maxLength": 256}, {"type": "null"}]},
                "units": {"type": "integer", "minimum": 0},
                "ids": {"type": "array", "items": {"type": "string"}},
                "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
                "at": {"type": "string"},
            },
            "required": ["channel"],
        }
    },
    "type": "object",
    "properties": {"type": {"type": "string", "const": "a"}, "data": {"$ref": "#/$defs/Data"}},
    "required": ["type", "data"],
}

Change = Callable[[Schema], object]


def member(name: str, **keywords: Any) -> Change:
    """A change that sets keywords of one member of `data`."""
    return lambda data: data["properties"][name].update(keywords)


def replaced(name: str, schema: Schema) -> Change:
    return lambda data: data["properties"].update({name: schema})


def changed(change: Change) -> Schema:
    schema = copy.deepcopy(SCHEMA)
    change(schema["$defs"]["Data"])
    return schema


TEXT: Schema = {"type": "string"}
NULL: Schema = {"type": "null"}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda data: data["required"].append("units"), "/data/units: required"),
        (lambda data: data["properties"].pop("at"), "/data/at: removed"),
        (replaced("queue_id", TEXT), "/data/queue_id: does not take null"),
        (replaced("units", TEXT), "/data/units: does not take integer"),
        (replaced("at", {**TEXT, "enum": ["now"]}), "/data/at: only ['now']"),
        (replaced("channel", {**TEXT, "const": "chat"}), "/data/channel: not 'voice'"),
        (member("channel", enum=["chat"]), "/data/channel: not 'voice'"),
        (member("units", minimum=1), "/data/units: minimum 1"),
        (member("units", maximum=10), "/data/units: maximum 10"),
        (member("at", maxLength=10), "/data/at: maxLength 10"),
        (member("at", format="date-time"), "/data/at: format date-time"),
        (member("at", pattern="^x"), "/data/at: pattern ^x"),
        (member("ids", items={"type": "integer"}), "/data/ids/*: does not take string"),
        (member("ids", maxItems=3), "/data/ids: maxItems 3"),
        (
            member("limits", additionalProperties={"type": "integer", "maximum": 9}),
            "/data/limits/*: maximum 9",
        ),
        (
            lambda data: data.update(additionalProperties=False),
            "/data: additionalProperties limited",
        ),
    ],
)
def test_each_narrowing_of_what_we_read_is_a_break(change: Change, line: str) -> None:
    assert breaks(SCHEMA, changed(change), "in") == [line]


@pytest.mark.parametrize(
    "change",
    [
        replaced("skill", TEXT),
        replaced("at", {"anyOf": [TEXT, NULL]}),
        replaced("units", {"type": "number", "minimum": 0}),
        member("channel", enum=["chat", "voice", "record"]),
        member("channel", description="said better"),
        lambda data: data["required"].clear(),
    ],
)
def test_a_widening_of_what_we_read_is_none(change: Change) -> None:
    assert breaks(SCHEMA, changed(change), "in") == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda data: data["properties"].pop("at"), "/data/at: removed"),
        (lambda data: data["required"].clear(), "old readers: /data/channel: required"),
        (
            replaced("at", {"anyOf": [TEXT, NULL]}),
            "old readers: /data/at: does not take null",
        ),
        (
            member("channel", enum=["chat", "voice", "record"]),
            "old readers: /data/channel: not 'record'",
        ),
        (
            lambda data: data["properties"]["units"].pop("minimum"),
            "old readers: /data/units: minimum 0",
        ),
    ],
)
def test_each_widening_of_what_we_write_is_a_break(change: Change, line: str) -> None:
    assert breaks(SCHEMA, changed(change), "out") == [line]


@pytest.mark.parametrize(
    "change",
    [
        replaced("skill", TEXT),
        lambda data: data["required"].append("units"),
        member("units", maximum=10),
        member("channel", enum=["chat"]),
    ],
)
def test_a_narrowing_of_what_we_write_is_none(change: Change) -> None:
    assert breaks(SCHEMA, changed(change), "out") == []


def test_a_change_of_the_type_itself_is_a_break() -> None:
    renamed = copy.deepcopy(SCHEMA)
    renamed["properties"]["type"]["const"] = "b"
    assert breaks(SCHEMA, renamed, "in") == ["/type: not 'a'"]
