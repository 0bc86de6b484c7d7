"""The generated JSON Schemas: up to date, schemas indeed, and their examples hold."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.generators import documents
from omnistate_schemas.generators.documents import FOLDER, MESSAGES, ROOT
from omnistate_schemas.registry import CONFIGURATION, INPUTS, OUTPUTS, REPRESENTATIVE_INPUTS
from pydantic import BaseModel

Document = dict[str, Any]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of all that the generator reads and writes."""
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    for name in ("schemas/asyncapi.yaml", "topics.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def load_json(name: str) -> Document:
    loaded: Document = json.loads((ROOT / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def test_what_is_checked_in_is_up_to_date() -> None:
    assert documents.stale(ROOT) == []


@pytest.mark.slow
def test_an_edited_a_missing_and_a_left_over_document_are_stale(tree: Path) -> None:
    assert documents.stale(tree) == []
    edited = tree / FOLDER / "bot.end.json"
    edited.write_text(edited.read_text(encoding="utf-8").replace("bot.end", "bot.ended"))
    (tree / FOLDER / "queue.json").unlink()
    (tree / FOLDER / "bot.vanished.json").write_text("{}")
    stale = [FOLDER / f"{name}.json" for name in ("bot.end", "bot.vanished", "queue")]
    assert documents.stale(tree) == stale
    assert documents.write(tree) == stale
    assert documents.stale(tree) == []


def test_a_changed_topic_makes_the_asyncapi_document_stale(tree: Path) -> None:
    topics = tree / "topics.yaml"
    topics.write_text(topics.read_text(encoding="utf-8").replace("partitions: 12", "partitions: 6"))
    assert documents.stale(tree) == [Path("schemas/asyncapi.yaml")]


@pytest.mark.slow
def test_the_command_names_what_is_stale_and_exits_1(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(documents, "ROOT", tree)
    assert documents.main(["--check"]) == 0
    (tree / FOLDER / "queue.json").unlink()
    assert documents.main(["--check"]) == 1
    assert capsys.readouterr().out == "schemas/json/queue.json: stale, run `make generate`\n"
    assert documents.main([]) == 0
    assert documents.main(["--check"]) == 0


MODELS: dict[str, type[BaseModel]] = {**MESSAGES, "contact_centre": ContactCentre}


@pytest.mark.parametrize("name", MODELS)
def test_each_schema_is_one_and_its_examples_hold(name: str) -> None:
    schema = load_json(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:omnistate:{name}"
    examples = schema.get("examples", [])
    assert examples
    for example in examples:
        Draft202012Validator(schema).validate(example)
        MODELS[name].model_validate_json(json.dumps(example))


def test_the_bundle_takes_every_event_and_nothing_else() -> None:
    schema = load_json("events")
    Draft202012Validator.check_schema(schema)
    events = {**INPUTS, **OUTPUTS, **REPRESENTATIVE_INPUTS}
    for name in MESSAGES:
        example = load_json(name)["examples"][0]
        assert Draft202012Validator(schema).is_valid(example) is (name in events), name
        assert not Draft202012Validator(schema).is_valid(
            {**example, "type": "conversation.vanished"}
        )


def test_a_schema_refuses_an_event_of_another_type() -> None:
    schema = load_json("customer.ended")
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate(load_json("customer.messaged")["examples"][0])


def test_every_message_lies_on_the_topic_that_the_registry_says() -> None:
    topology = yaml.safe_load((ROOT / "topics.yaml").read_text(encoding="utf-8"))
    # A table may repeat an output's.
    rank = {"table": 0}
    topics = sorted(topology["topics"], key=lambda topic: rank.get(topic["kind"], 1))
    declared = {name: t["name"] for t in topics for name in t["messages"]}
    assert declared.pop("dead_letter") == "dead-letters"
    names = {model: name for name, model in MESSAGES.items()}
    assert declared == {
        **{name: kind.topic for name, kind in INPUTS.items()},
        **{name: topic for name, (_, topic) in OUTPUTS.items()},
        **{name: topic for name, (_, topic) in REPRESENTATIVE_INPUTS.items()},
        **{names[model]: topic for topic, model in CONFIGURATION.items()},
    }
