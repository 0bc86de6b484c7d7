"""The AsyncAPI 3.0 document of omnistate, as a plain mapping made from the models and topics.yaml.

It must not read or write files, and it adds no facts of its own: channels, bindings and operations
are those of the topology, messages those of `asyncapi_messages`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from omnistate_schemas.generators.asyncapi_messages import (
    BINDING,
    EVENT,
    HEADERS,
    dead_letter,
    message,
)
from omnistate_schemas.json_schemas import COMPONENT, schemas_of

Document = dict[str, Any]
Messages = Mapping[str, type[BaseModel]]

# Changelogs are a worker's own memory: nobody else may read or write them.
INTERNAL: Final = frozenset({"changelog", "turn"})
_LOGINS: Final = {
    "plain": ("plain", "A user and a password, SASL/PLAIN."),
    "scram256": ("scramSha256", "A user and a password, SASL/SCRAM-SHA-256."),
    "scram512": ("scramSha512", "A user and a password, SASL/SCRAM-SHA-512."),
    "certificate": ("X509", "A client's certificate."),
}
_SERVERS: Final[Document] = {
    "local": {
        "host": "localhost:9092",
        "protocol": "kafka",
        "description": "A broker on this machine, where every command looks unless told otherwise.",
    },
    "installation": {
        "host": "{broker}",
        "protocol": "kafka-secure",
        "description": "The brokers of an installation, with TLS and a login.",
        "variables": {
            "broker": {
                "default": "kafka.example.org:9093",
                "description": "A broker's host and port.",
            }
        },
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _LOGINS],
    },
}


def asyncapi(topology: Document, messages: Messages, version: str) -> Document:
    """The document for other teams: what they may read and write, and who does so on our side.

    `topology` is the content of topics.yaml, `messages` has the model of each message it names.
    """
    schemas = schemas_of(messages.values(), COMPONENT)
    for schema in schemas.values():
        # Each message has its own.
        schema.pop("examples", None)
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
        "servers": _SERVERS,
        "defaultContentType": EVENT,
        "channels": {name: _channel(topic, topology["defaults"]) for name, topic in topics.items()},
        "operations": dict(_operations(topology["groups"], topics)),
        "components": {
            "messages": {
                name: dead_letter(topic)
                if topic["kind"] == "dead-letter"
                else message(name, topic, messages[name])
                for topic in topics.values()
                for name in topic["messages"]
            },
            "schemas": dict(sorted({**schemas, **HEADERS}.items())),
            "securitySchemes": {
                name: {"type": type_, "description": text}
                for name, (type_, text) in _LOGINS.items()
            },
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
                    for key, value in {**defaults["config"], **topic["config"]}.items()
                },
                "bindingVersion": BINDING,
            }
        },
    }


def _operations(groups: list[Document], topics: Document) -> Iterator[tuple[str, Document]]:
    for group in groups:
        for name in (*group["consumes"], *group["follows"]):
            if name not in topics:
                continue
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
