"""The messages of the AsyncAPI document: payload, headers, key and an example of each.

Payloads are the models', examples those that the models carry; what a header means is said here.
"""

from typing import Any, Final

from pydantic import BaseModel

from omnistate_schemas.envelope import ID_LENGTH_MAX, CloudEvent
from omnistate_schemas.json_schemas import COMPONENT
from omnistate_schemas.named_types import enum_schema
from omnistate_schemas.registry import INPUTS, OUTPUTS
from omnistate_schemas.vocabulary import KINDS

Document = dict[str, Any]

EVENT: Final = "application/cloudevents+json"
PLAIN: Final = "application/json"
BINDING: Final = "0.5.0"

_TEXT: Final[Document] = {"type": "string"}
_ID: Final[Document] = {"type": "string", "minLength": 1, "maxLength": ID_LENGTH_MAX}
# By what topics.yaml calls a topic's key.
_KEYS: Final[dict[str, Document]] = {
    "conversation_id": {**_ID, "description": "The conversation's id: the event's `subject`."},
    "representative_id": {**_ID, "description": "The representative's id."},
    "workstream id": {**_ID, "description": "The workstream's id."},
    "queue_id": {**_ID, "description": "The queue's id."},
    "profile name": {**_ID, "description": "The capacity profile's name."},
    "as received": {"description": "The key as received: any bytes, or none."},
}
HEADERS: Final[dict[str, Document]] = {
    "InputHeaders": {
        "type": "object",
        "description": (
            "Without headers a value is taken for structured JSON. In binary mode `content-type` "
            "is a JSON media type, the attributes are headers `ce_id`, `ce_source` …, and the "
            "value is what is `data` here."
        ),
        "properties": {
            "content-type": {
                **_TEXT,
                "default": EVENT,
                "description": "The media type, without regard to case and parameters.",
            }
        },
    },
    "OutputHeaders": {
        "type": "object",
        "description": "The headers of every output.",
        "properties": {
            "content-type": {**_TEXT, "const": EVENT, "description": "Always structured JSON."}
        },
        "required": ["content-type"],
    },
    "ObjectHeaders": {
        "type": "object",
        "description": "The headers of a configuration object; a worker does not look at them.",
        "properties": {
            "content-type": {**_TEXT, "default": PLAIN, "description": "The media type."}
        },
    },
    "DeadLetterHeaders": {
        "type": "object",
        "description": "The headers as received, and after them three that say why and whence.",
        "properties": {
            "omnistate-error": {
                "allOf": [{"$ref": COMPONENT.format(model="DeadLetterCode")}],
                "description": "Why, for programs.",
            },
            "omnistate-error-message": {
                **_TEXT,
                "description": "Why, as a sentence for people that quotes nothing of the record.",
            },
            "omnistate-origin": {
                **_TEXT,
                "pattern": "^[^/]+/[0-9]+/[0-9]+$",
                "description": "Where it lay: topic (without a prefix), partition and offset.",
            },
        },
        "required": ["omnistate-error", "omnistate-error-message", "omnistate-origin"],
        "additionalProperties": True,
    },
    "DeadLetterCode": enum_schema("DeadLetterCode"),
}


def message(name: str, topic: Document, model: type[BaseModel]) -> Document:
    """A message with a model, on its topic."""
    is_event = issubclass(model, CloudEvent)
    content_type = EVENT if is_event else PLAIN
    headers = "ObjectHeaders"
    if is_event:
        headers = "OutputHeaders" if name in OUTPUTS else "InputHeaders"
    described = _description(name, topic)
    return {
        "name": name,
        "title": model.__name__,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        **({"description": described} if described else {}),
        "contentType": content_type,
        "headers": {"$ref": COMPONENT.format(model=headers)},
        "payload": {"$ref": COMPONENT.format(model=model.__name__)},
        "bindings": _key(topic),
        "examples": [
            {
                "name": f"{name}-{number}",
                "headers": {"content-type": content_type},
                "payload": value,
            }
            for number, value in enumerate(examples_of(model), 1)
        ],
    }


def dead_letter(topic: Document) -> Document:
    """The message without a model: its value is what could not be read."""
    return {
        "name": "dead_letter",
        "title": "DeadLetter",
        "summary": topic["description"],
        "contentType": "application/octet-stream",
        "headers": {"$ref": COMPONENT.format(model="DeadLetterHeaders")},
        "payload": {"description": "The value as received: any bytes, or none."},
        "bindings": _key(topic),
        "examples": [
            {
                "name": "dead_letter-1",
                "summary": "A record that is no event.",
                "headers": {
                    "content-type": "text/plain",
                    "omnistate-error": "undecodable",
                    "omnistate-error-message": "the content type is not that of a CloudEvent",
                    "omnistate-origin": "channel-events/3/41",
                },
                "payload": "hello",
            }
        ],
    }


def examples_of(model: type[BaseModel]) -> list[Any]:
    """The examples that a model carries."""
    extra: Any = model.model_config["json_schema_extra"]
    found: list[Any] = extra["examples"]
    return found


def _description(name: str, topic: Document) -> str | None:
    if name in INPUTS and len(INPUTS[name].kinds) < len(KINDS):
        kinds = [kind for kind in KINDS if kind in INPUTS[name].kinds]
        return f"For the channel kinds {', '.join(kinds)}."
    if topic["config"]["cleanup.policy"] == "compact":
        return "The last value of a key counts; a record without a value takes it away."
    return None


def _key(topic: Document) -> Document:
    """Raises KeyError for a kind of key that nobody has described."""
    return {"kafka": {"key": _KEYS[topic["key"]], "bindingVersion": BINDING}}
