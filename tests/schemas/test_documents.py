"""The generated documents: up to date, valid by the official schemas, their examples too."""

import copy
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError
from omnistate_schemas.generators import documents
from omnistate_schemas.generators.documents import FOLDER, MESSAGES, ROOT
from omnistate_schemas.registry import CONFIGURATION, INPUTS, OUTPUTS, PRESENCE_INPUTS

Document = dict[str, Any]
SPECS = "@asyncapi/specs@6.11.1"
GET_NPM = "the AsyncAPI document is not validated without npm: apt-get install npm"


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


def load_asyncapi() -> Document:
    loaded: Document = yaml.safe_load((ROOT / "schemas/asyncapi.yaml").read_text(encoding="utf-8"))
    return loaded


def test_what_is_checked_in_is_up_to_date() -> None:
    assert documents.stale(ROOT) == []


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


@pytest.mark.parametrize("name", MESSAGES)
def test_each_schema_is_one_and_its_examples_hold(name: str) -> None:
    schema = load_json(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:omnistate:{name}"
    examples = schema.get("examples", [])
    assert examples
    for example in examples:
        Draft202012Validator(schema).validate(example)
        MESSAGES[name].model_validate_json(json.dumps(example))


def test_a_schema_refuses_an_event_of_another_type() -> None:
    schema = load_json("customer.ended")
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate(load_json("customer.messaged")["examples"][0])


def test_every_message_lies_on_the_topic_that_the_registry_says() -> None:
    topology = yaml.safe_load((ROOT / "topics.yaml").read_text(encoding="utf-8"))
    declared = {name: t["name"] for t in topology["topics"] for name in t["messages"]}
    assert declared.pop("dead_letter") == "dead-letters"
    names = {model: name for name, model in MESSAGES.items()}
    assert declared == {
        **{name: kind.topic for name, kind in INPUTS.items()},
        **{name: topic for name, (_, topic) in OUTPUTS.items()},
        **{name: topic for name, (_, topic) in PRESENCE_INPUTS.items()},
        **{names[model]: topic for topic, model in CONFIGURATION.items()},
    }


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """The AsyncAPI initiative's own JSON Schema for 3.0 documents."""
    return Draft7Validator(json.loads(official_path().read_text(encoding="utf-8")))


def official_path() -> Path:
    kept = ROOT / ".pytest_cache" / SPECS.replace("/", "-")
    found = kept / "node_modules/@asyncapi/specs/schemas/3.0.0.json"
    if not found.is_file():
        install(kept)
    return found


def install(kept: Path) -> None:
    """Into a folder of its own first: other test processes may be at it, too."""
    if shutil.which("npm") is None:
        give_up(GET_NPM)
    kept.parent.mkdir(exist_ok=True)
    own = Path(tempfile.mkdtemp(dir=kept.parent))
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]
    ended = subprocess.run(
        [*command, "--prefix", str(own), SPECS],
        capture_output=True, check=False, stdin=subprocess.DEVNULL, text=True, timeout=90,
    )  # fmt: skip
    if ended.returncode != 0:
        shutil.rmtree(own)
        give_up(f"the AsyncAPI document is not validated: npm could not install {SPECS}")
    try:
        own.rename(kept)
    except OSError:
        shutil.rmtree(own)


def give_up(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def test_the_asyncapi_document_is_valid(official: Draft7Validator) -> None:
    official.validate(load_asyncapi())


def negative_partitions(document: Document) -> None:
    document["channels"]["channel-events"]["bindings"]["kafka"]["partitions"] = -1


def without_info(document: Document) -> None:
    del document["info"]


def unknown_action(document: Document) -> None:
    document["operations"]["conversation.receives.channel-events"]["action"] = "peek"


def policy_as_text(document: Document) -> None:
    kafka = document["channels"]["queues"]["bindings"]["kafka"]
    kafka["topicConfiguration"]["cleanup.policy"] = "compact"


@pytest.mark.parametrize(
    "mutate", [negative_partitions, without_info, unknown_action, policy_as_text]
)
def test_a_mutated_asyncapi_document_is_refused(official: Draft7Validator, mutate: Any) -> None:
    document = copy.deepcopy(load_asyncapi())
    mutate(document)
    with pytest.raises(ValidationError):
        official.validate(document)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = load_asyncapi()

    def follow(node: Any) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                target: Any = document
                for part in reference.removeprefix("#/").split("/"):
                    target = target[part]
        for child in node.values() if isinstance(node, dict) else node:
            if isinstance(child, dict | list):
                follow(child)

    follow(document)
