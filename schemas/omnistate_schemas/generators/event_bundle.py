"""All events in one JSON Schema, for generators of clients: each type, enum and cause once.

The unions are those of the models; it reads and writes no file.
"""

from collections.abc import Iterator
from typing import Any, Final, get_args

from pydantic import BaseModel

from omnistate_schemas.agent_actions import AgentAction
from omnistate_schemas.assignment import AssignmentRequested
from omnistate_schemas.channel_events import ChannelEvent
from omnistate_schemas.json_schemas import DIALECT, LOCAL, schemas_of
from omnistate_schemas.outputs import OutputEvent
from omnistate_schemas.presence import RepresentativeCapacityChanged, RepresentativePresence

Schema = dict[str, Any]

UNIONS: Final[dict[str, tuple[Any, str]]] = {
    "ChannelEvent": (ChannelEvent, "What channel gateways say: topic `channel-events`."),
    "AgentAction": (
        AgentAction,
        "What representatives, supervisors, the router and bots say: topic `agent-actions`.",
    ),
    "OutputEvent": (
        OutputEvent,
        "What the conversation worker says: state changes, capacity changes and refusals.",
    ),
}
ALONE: Final = (RepresentativePresence, AssignmentRequested, RepresentativeCapacityChanged)


def event_bundle() -> Schema:
    """The document: any event, and in `$defs` each of them and all that they refer to."""
    members = {name: _members(union) for name, (union, _) in UNIONS.items()}
    models = [model for union in members.values() for model in union]
    schemas = schemas_of([*models, *ALONE])
    for schema in schemas.values():
        schema.pop("examples", None)
    for name, (_, meaning) in UNIONS.items():
        of = [model.__name__ for model in members[name]]
        schemas[name] = {
            "title": name,
            "description": meaning,
            "oneOf": [_reference(each) for each in of],
            "discriminator": _discriminator(schemas, of),
        }
    names = [*UNIONS, *(model.__name__ for model in ALONE)]
    return {
        "$schema": DIALECT,
        "$id": "urn:omnistate:events",
        "title": "Event",
        "description": "Every event on omnistate's topics, in and out.",
        "oneOf": [_reference(name) for name in names],
        "discriminator": {"propertyName": "type"},
        "$defs": dict(sorted(schemas.items())),
    }


def _members(union: Any) -> list[type[BaseModel]]:
    return list(get_args(get_args(union)[0]))


def _reference(name: str) -> Schema:
    return {"$ref": LOCAL.format(model=name)}


def _discriminator(schemas: dict[str, Schema], names: list[str]) -> Schema:
    """Validators pass over it; generators of clients choose the type by it."""

    def types() -> Iterator[tuple[str, str]]:
        for name in names:
            yield schemas[name]["properties"]["type"]["const"], LOCAL.format(model=name)

    return {"propertyName": "type", "mapping": dict(types())}
