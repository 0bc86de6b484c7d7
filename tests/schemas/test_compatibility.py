"""The check before a release sees each kind of break, in made-up schemas and in our own."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omnistate_schemas.generators.documents import FOLDER, MESSAGES, ROOT

from tests.schemas.compatibility import BUNDLES, breaks, compare, main

Schema = dict[str, Any]


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


def test_words_beside_a_reference_and_a_null_in_the_type_change_nothing() -> None:
    spelled = copy.deepcopy(SCHEMA)
    data = spelled["properties"]["data"]
    spelled["properties"]["data"] = {"allOf": [data], "description": "said better"}
    queue = {"type": ["string", "null"], "maxLength": 256}
    spelled["$defs"]["Data"]["properties"]["queue_id"] = queue
    for direction in ("in", "out"):
        assert breaks(SCHEMA, spelled, direction) == []
        assert breaks(spelled, SCHEMA, direction) == []
    queue["maxLength"] = 9
    assert breaks(SCHEMA, spelled, "in") == ["/data/queue_id: maxLength 9"]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Our own schemas, as if a release had them."""
    return Path(shutil.copytree(ROOT / FOLDER, tmp_path / "json"))


def rewrite(path: Path, change: Change) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    change(schema)
    path.write_text(json.dumps(schema), encoding="utf-8")


def test_our_schemas_are_compatible_with_themselves(
    released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(released, ROOT / FOLDER) == []
    assert main([str(released)]) == 0
    assert capsys.readouterr().out == ""
    assert {path.stem for path in released.glob("*.json")} == {*MESSAGES, *BUNDLES}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_member_that_a_release_had_is_missed(name: str, released: Path) -> None:
    rewrite(
        released / f"{name}.json", lambda schema: schema["properties"].update(dropped=TEXT.copy())
    )
    assert compare(released, ROOT / FOLDER) == [f"{name}: /dropped: removed"]


def test_the_command_names_what_breaks(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(
        released / "supervisor.assign.json",
        lambda schema: [schema["$defs"]["SupervisorAssignData"].pop(key) for key in ("if", "then")],
    )
    (released / "bot.vanished.json").write_text("{}", encoding="utf-8")
    assert main([str(released)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "bot.vanished: gone"
    assert [line.partition(" {")[0] for line in said[1:]] == [
        "supervisor.assign: /data: if",
        "supervisor.assign: /data: then",
    ]
    assert main([str(tmp_path / "nowhere")]) == 2
