"""The parameters of the read API's endpoints as OpenAPI describes them, and their bounds.

It must not import `omnistate`.
"""

from typing import Any, Final

from omnistate_schemas.envelope import ID_LENGTH_MAX

LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 1_000
# What an overview may be ordered by.
REPRESENTATIVES_BY: Final = ("urgency", "representative", "presence", "load", "units", "held")
QUEUES_BY: Final = ("oldest", "queue", "open")


def _number(of: str, smallest: int) -> dict[str, Any]:
    return {
        "name": of,
        "in": "query",
        "description": "How many at most." if of == "limit" else f"How many {of} at most.",
        "schema": {
            "type": "integer",
            "minimum": smallest,
            "maximum": LIMIT_MAX,
            "default": LIMIT_DEFAULT,
        },
    }


def _order(of: str, orders: tuple[str, ...], default: str) -> dict[str, Any]:
    return {
        "name": f"{of}_by",
        "in": "query",
        "description": f"Which {of} come first; with `-` the other way round.",
        "schema": {"type": "string", "pattern": f"^-?({'|'.join(orders)})$", "default": default},
    }


PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "id": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Percent-encoded, `/` too.",
        "schema": {"type": "string", "minLength": 1, "maxLength": ID_LENGTH_MAX},
    },
    "limit": _number("limit", 1),
    "after": {
        "name": "after",
        "in": "query",
        "description": "The last id of the page before; without it, the first page.",
        "schema": {"type": "string", "maxLength": ID_LENGTH_MAX},
    },
    "representatives": _number("representatives", 0),
    "queues": _number("queues", 0),
    "representatives_by": _order("representatives", REPRESENTATIVES_BY, "urgency"),
    "queues_by": _order("queues", QUEUES_BY, "-oldest"),
    "contains": {
        "name": "contains",
        "in": "query",
        "description": "Show only representatives and queues whose id contains it, in either case.",
        "schema": {"type": "string", "maxLength": ID_LENGTH_MAX, "default": ""},
    },
    "figures_by_queue": {
        "name": "figures_by_queue",
        "in": "query",
        "description": "Show service figures of queues, too.",
        "schema": {"type": "boolean", "default": False},
    },
    "routing": {
        "name": "routing",
        "in": "query",
        "description": "Show what a router makes of the conversations that wait; it follows the "
        "topics while somebody asks.",
        "schema": {"type": "boolean", "default": False},
    },
    "windows": {
        "name": "windows",
        "in": "query",
        "description": "Show which reconnect windows run, as far as they began since somebody asks "
        "or the last change tells.",
        "schema": {"type": "boolean", "default": False},
    },
    "Last-Event-ID": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The id of the last change that was received; those after it follow.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,19}(-[0-9]{1,19})?$"},
    },
}
