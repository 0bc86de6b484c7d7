"""The AsyncAPI 3.0 document of omnistate, as a plain mapping made from the models and topics.yaml.

It must not read or write files, and it adds no facts of its own: channels, bindings and operations
are those of the topology, payloads those of the models.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from omnistate_schemas.envelope import CloudEvent
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.vocabulary import KINDS, DeadLetterCode

Document = dict[str, Any]
Messages = Mapping[str, type[BaseModel]]

EVENT: Final = "application/cloudevents+json"
PLAIN: Final = "application/json"
BINDING: Final = "0.5.0"
# Changelogs are a worker's own memory: nobody else may read or write them.
INTERNAL: Final = frozenset({"changelog"})


class Untitled(GenerateJsonSchema):
    """JSON Schemas whose members are named by their keys alone: a title only repeats the name."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        """Never."""
        return False


def asyncapi(topology: Document, messages: Messages, version: str) -> Document:
    """The document for other teams: what they may read and write, and who does so on our side.

    `topology` is the content of topics.yaml, `messages` has the model of each message it names.
    """
    references, components = models_json_schema(
        [(model, "validation") for model in messages.values()],
        ref_template="#/components/schemas/{model}",
        schema_generator=Untitled,
    )
    payloads = {name: references[model, "validation"] for name, model in messages.items()}
    topics = {t["name"]: t for t in topology["topics"] if t["kind"] not in INTERNAL}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "omnistate",
            "version": version,
            "description": (
                "Conversations of a contact centre and the capacity they hold. Every event is a "
                "structured CloudEvent; an installation may put a prefix before every topic."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": EVENT,
        "channels": {name: _channel(topic, topology["defaults"]) for name, topic in topics.items()},
        "operations": dict(_operations(topology["groups"], topics)),
        "components": {
            "messages": {
                name: _dead_letter(topic)
                if topic["kind"] == "dead-letter"
                else _message(name, topic, messages[name], payloads[name])
                for topic in topics.values()
                for name in topic["messages"]
            },
            "schemas": components["$defs"],
        },
    }


def _channel(topic: Document, defaults: Document) -> Document:
    sized = {**defaults, **topic}
    return {
        "address": topic["name"],
        "description": topic["description"],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in topic["messages"]},
        "bindings": {
            "kafka": {
                "partitions": sized["partitions"],
                "replicas": sized["replication_factor"],
                "topicConfiguration": {
                    key: [value] if key == "cleanup.policy" else value
                    for key, value in topic["config"].items()
                },
                "bindingVersion": BINDING,
            }
        },
    }


def _operations(groups: list[Document], topics: Document) -> Iterator[tuple[str, Document]]:
    for group in groups:
        for name in (*group["consumes"], *group["follows"]):
            yield f"{group['name']}.receives.{name}", _operation("receive", topics[name], group)
        for name in group["produces"]:
            yield f"{group['name']}.sends.{name}", _operation("send", topics[name], group)


def _operation(action: str, topic: Document, group: Document) -> Document:
    operation: Document = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic['name']}"},
        "summary": group["description"],
    }
    if topic["name"] in group["consumes"]:
        members = {"type": "string", "const": group["name"]}
        operation["bindings"] = {"kafka": {"groupId": members, "bindingVersion": BINDING}}
    return operation


def _message(name: str, topic: Document, model: type[BaseModel], payload: Document) -> Document:
    message = {
        "name": name,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "contentType": EVENT if issubclass(model, CloudEvent) else PLAIN,
        "payload": payload,
        "bindings": _key(topic),
    }
    if name in INPUTS and len(INPUTS[name].kinds) < len(KINDS):
        kinds = [kind for kind in KINDS if kind in INPUTS[name].kinds]
        message["description"] = f"For the channel kinds {', '.join(kinds)}."
    return message


def _dead_letter(topic: Document) -> Document:
    """No model: the value is what could not be read."""
    text = {"type": "string"}
    return {
        "name": "dead_letter",
        "summary": topic["description"],
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": ["omnistate-error", "omnistate-error-message", "omnistate-origin"],
            "properties": {
                "omnistate-error": {"type": "string", "enum": list(get_args(DeadLetterCode))},
                "omnistate-error-message": {**text, "description": "A sentence for people."},
                "omnistate-origin": {**text, "description": "topic/partition/offset"},
            },
        },
        "payload": {"description": "The value as received."},
        "bindings": _key(topic),
    }


def _key(topic: Document) -> Document:
    key = {"type": "string", "description": topic["key"]}
    return {"kafka": {"key": key, "bindingVersion": BINDING}}
