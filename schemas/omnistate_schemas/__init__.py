"""The words of omnistate: every input, output and configuration object as a typed model.

The only package that other teams import. It must not import `omnistate`, do I/O but for reading
its own JSON Schemas, or know the rules.

    event = INPUT.validate_json(text)  # any input by its type: a RouterAssign, say
    topic = ROUTES[event.type]  # where whoever publishes it puts it, keyed by event.subject
    change = OUTPUT.validate_json(value)  # any output of the conversation worker
    centre = ContactCentre.model_validate({"workstreams": {"chat": {"channel": "live_chat"}}})
    schema = read_schema("conversation.state_changed")  # the published JSON Schema

What is in `__all__` is public, and so is every model in the modules that it comes from.
"""

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omnistate_schemas.assignment import ASSIGNMENT, AssignmentRequested
    from omnistate_schemas.configuration import (
        CapacityProfile,
        ContactCentre,
        Queue,
        Representative,
        Workstream,
    )
    from omnistate_schemas.envelope import CloudEvent
    from omnistate_schemas.inputs import INPUT
    from omnistate_schemas.outputs import OUTPUT
    from omnistate_schemas.presence import (
        PRESENCE,
        RepresentativeCapacityChanged,
        RepresentativePresence,
    )
    from omnistate_schemas.published import read_schema, schema_names
    from omnistate_schemas.registry import INPUTS, OUTPUTS, ROUTES
    from omnistate_schemas.times import format_time, parse_time_ms

    __version__: str

__all__ = [
    "ASSIGNMENT",
    "INPUT",
    "INPUTS",
    "OUTPUT",
    "OUTPUTS",
    "PRESENCE",
    "ROUTES",
    "AssignmentRequested",
    "CapacityProfile",
    "CloudEvent",
    "ContactCentre",
    "Queue",
    "Representative",
    "RepresentativeCapacityChanged",
    "RepresentativePresence",
    "Workstream",
    "__version__",
    "format_time",
    "parse_time_ms",
    "read_schema",
    "schema_names",
]

# Looked up when first asked for: who wants a time need not wait for pydantic.
_HOMES = {
    "ASSIGNMENT": "assignment",
    "INPUT": "inputs",
    "INPUTS": "registry",
    "OUTPUT": "outputs",
    "OUTPUTS": "registry",
    "PRESENCE": "presence",
    "ROUTES": "registry",
    "AssignmentRequested": "assignment",
    "CapacityProfile": "configuration",
    "CloudEvent": "envelope",
    "ContactCentre": "configuration",
    "Queue": "configuration",
    "Representative": "configuration",
    "RepresentativeCapacityChanged": "presence",
    "RepresentativePresence": "presence",
    "Workstream": "configuration",
    "format_time": "times",
    "parse_time_ms": "times",
    "read_schema": "published",
    "schema_names": "published",
}


def __getattr__(name: str) -> Any:
    """A public name, from the module where it lives."""
    if name == "__version__":
        return metadata.version("omnistate-schemas")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
