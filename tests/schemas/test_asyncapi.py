"""The AsyncAPI document: valid by the official schema, and true in what it adds to the models."""

import copy
import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError
from omnistate.adapters.kafka.configuration import configuration_topics
from omnistate.adapters.kafka.records import gateway
from omnistate.stream import cloudevents
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.ports import Record
from omnistate_schemas.generators.documents import ROOT
from omnistate_schemas.registry import INPUTS, OUTPUTS, REPRESENTATIVE_INPUTS

from tests.schemas.npm_packages import installed

Document = dict[str, Any]
SPECS = "@asyncapi/specs@6.11.1"


def load() -> Document:
    loaded: Document = yaml.safe_load((ROOT / "schemas/asyncapi.yaml").read_text(encoding="utf-8"))
    return loaded


DOCUMENT = load()
MESSAGES: Document = DOCUMENT["components"]["messages"]


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """The AsyncAPI initiative's own JSON Schema for 3.0 documents."""
    path = installed(SPECS) / "@asyncapi/specs/schemas/3.0.0.json"
    return Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


def test_the_document_is_valid(official: Draft7Validator) -> None:
    official.validate(DOCUMENT)


def negative_partitions(document: Document) -> None:
    document["channels"]["channel-events"]["bindings"]["kafka"]["partitions"] = -1


def without_info(document: Document) -> None:
    del document["info"]


def unknown_action(document: Document) -> None:
    document["operations"]["conversation.receives.channel-events"]["action"] = "peek"


def policy_as_text(document: Document) -> None:
    kafka = document["channels"]["queues"]["bindings"]["kafka"]
    kafka["topicConfiguration"]["cleanup.policy"] = "compact"


def server_without_protocol(document: Document) -> None:
    del document["servers"]["local"]["protocol"]


def unknown_login(document: Document) -> None:
    document["components"]["securitySchemes"]["plain"]["type"] = "handshake"


@pytest.mark.parametrize(
    "mutate",
    [
        negative_partitions,
        without_info,
        unknown_action,
        policy_as_text,
        server_without_protocol,
        unknown_login,
    ],
)
def test_a_mutated_document_is_refused(official: Draft7Validator, mutate: Any) -> None:
    document = copy.deepcopy(DOCUMENT)
    mutate(document)
    with pytest.raises(ValidationError):
        official.validate(document)


def test_every_reference_leads_somewhere() -> None:
    def follow(node: Any) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str):
                target: Any = DOCUMENT
                for part in reference.removeprefix("#/").split("/"):
                    target = target[part]
        for child in node.values() if isinstance(node, dict) else node:
            if isinstance(child, dict | list):
                follow(child)

    follow(DOCUMENT)


def check(schema: Document, value: Any) -> None:
    """Raises ValidationError where a schema of the document does not allow the value."""
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


@pytest.mark.parametrize("name", MESSAGES)
def test_each_message_has_examples_that_its_own_schemas_allow(name: str) -> None:
    message = MESSAGES[name]
    assert message["examples"]
    for example in message["examples"]:
        check(message["payload"], example["payload"])
        check(message["headers"], example["headers"])
        kafka = message["bindings"]["kafka"]
        assert kafka["key"]["description"]
        if name in INPUTS | OUTPUTS | REPRESENTATIVE_INPUTS:
            check(kafka["key"], example["payload"]["subject"])


@pytest.mark.parametrize("name", sorted(MESSAGES.keys() - {"dead_letter"}))
def test_the_examples_headers_are_those_that_we_write(name: str) -> None:
    headers = list(MESSAGES[name]["examples"][0]["headers"].items())
    written = {
        **dict.fromkeys(INPUTS | REPRESENTATIVE_INPUTS, gateway.HEADERS),
        **dict.fromkeys(OUTPUTS, cloudevents.HEADERS),
    }.get(name, configuration_topics.HEADERS)
    assert [(key, value.encode()) for key, value in headers] == list(written)
    assert MESSAGES[name]["contentType"] == headers[0][1]


def test_outputs_without_their_header_would_not_be_ours() -> None:
    headers = MESSAGES["capacity.held"]["headers"]
    for wrong in ({}, {"content-type": "application/json"}):
        with pytest.raises(ValidationError):
            check(headers, wrong)


def test_the_dead_letter_of_the_example_is_what_becomes_of_such_a_record() -> None:
    (example,) = MESSAGES["dead_letter"]["examples"]
    headers = example["headers"]
    sent = (("content-type", headers["content-type"].encode()),)
    record = Record("channel-events", 3, 41, 0, b"chat-17", example["payload"].encode(), sent)
    dead = decode_record(record, 12)
    assert isinstance(dead, cloudevents.DeadLetter)
    written = cloudevents.encode_dead_letter(dead)
    assert written.value == record.value
    assert {key: value.decode() for key, value in written.headers if value} == headers


@pytest.mark.parametrize(
    "wrong",
    [
        {"omnistate-error": "vanished"},
        {"omnistate-origin": "channel-events"},
        {"omnistate-error-message": None},
    ],
)
def test_a_dead_letters_headers_are_described_strictly(wrong: Document) -> None:
    message = MESSAGES["dead_letter"]
    headers = message["examples"][0]["headers"]
    check(message["headers"], {**headers, "traceparent": "kept as it was"})
    with pytest.raises(ValidationError):
        check(message["headers"], headers | wrong)


def test_every_secured_server_says_how_to_log_in() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    for server in DOCUMENT["servers"].values():
        assert server["description"]
        if server["protocol"] == "kafka-secure":
            assert len(server["security"]) == len(schemes)
    assert all(scheme["description"] for scheme in schemes.values())
