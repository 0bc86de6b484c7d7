"""The read API's endpoints, and the OpenAPI 3.1 document made from them: `schemas/openapi.json`.

`make generate` writes it. The service takes its paths from the same table. It must not
import `omnistate`.
"""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from omnistate_schemas import read_api
from omnistate_schemas.envelope import ID_LENGTH_MAX
from omnistate_schemas.json_schemas import COMPONENT, schemas_of

DOCUMENT: Final = Path(__file__).parents[1] / "openapi.json"
LIMIT_DEFAULT: Final = 100
LIMIT_MAX: Final = 1_000
STREAM: Final = "text/event-stream"


class Endpoint(NamedTuple):
    """One path, answered to GET alone; `model` None is the stream of changes."""

    path: str
    operation: str
    summary: str
    model: type[BaseModel] | None
    query: tuple[str, ...] = ()

    @property
    def statuses(self) -> tuple[int, ...]:
        """What it may answer, beside 200."""
        found = (401, 503) if self.operation != "get_openapi" else (401,)
        if "{id}" in self.path or self.query:
            found = (400, *found)
        return (*found, 404) if self.operation in MAY_BE_MISSING else found


MAY_BE_MISSING: Final = frozenset({"get_conversation", "get_representative"})
ENDPOINTS: Final = (
    Endpoint(
        "/api/overview",
        "get_overview",
        "Everything that a board shows",
        read_api.Overview,
        (
            *("representatives", "representatives_by", "queues", "queues_by"),
            *("contains", "figures_by_queue"),
        ),
    ),
    Endpoint(
        "/api/conversations/{id}",
        "get_conversation",
        "A conversation's last change",
        read_api.ConversationNow,
    ),
    Endpoint(
        "/api/queues",
        "list_queues",
        "Queues and how old their work is",
        read_api.QueueList,
        ("after", "limit"),
    ),
    Endpoint(
        "/api/queues/{id}/conversations",
        "list_queue_work",
        "A queue's open conversations, oldest first",
        read_api.QueueWork,
        ("limit",),
    ),
    Endpoint(
        "/api/unqueued/conversations",
        "list_unqueued_work",
        "Open conversations in no queue, oldest first",
        read_api.QueueWork,
        ("limit",),
    ),
    Endpoint(
        "/api/representatives",
        "list_representatives",
        "Representatives, their presence and capacity",
        read_api.RepresentativeList,
        ("after", "limit"),
    ),
    Endpoint(
        "/api/representatives/{id}",
        "get_representative",
        "A representative's capacity and work",
        read_api.RepresentativeWork,
    ),
    Endpoint(
        "/api/counts", "get_counts", "Conversations by workstream and status", read_api.CountsNow
    ),
    Endpoint("/api/figures", "get_figures", "Service figures", read_api.FiguresList),
    Endpoint("/api/lag", "get_lag", "How far every group is behind", read_api.LagNow),
    Endpoint("/api/changes", "follow_changes", "The changes, as they come", None),
    Endpoint("/api/openapi.json", "get_openapi", "This description", read_api.Document),
)

_MEANINGS: Final = {
    200: "Here it is",
    400: "A parameter cannot be used",
    401: "No token, or another one",
    404: "Nothing is known of it",
    503: "Redis does not answer, or too many follow the changes",
}
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


_PARAMETERS: Final[dict[str, dict[str, Any]]] = {
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
    "Last-Event-ID": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The id of the last change that was received; those after it follow.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,19}(-[0-9]{1,19})?$"},
    },
}
_INTRODUCTION: Final = """\
The read model, kept by the projection workers: the state as of now, never authoritative.
`GET /api/changes` is a stream of server-sent events: `event: change` with the CloudEvent as `data`,
`event: gap` where changes may be missing between the last one, or `Last-Event-ID`, and the next;
a comment every ten seconds.\
"""


def openapi() -> dict[str, Any]:
    """The document."""
    answers = [each.model for each in ENDPOINTS if each.model is not None]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "omnistate read API",
            "version": "1",
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {each.path: {"get": _operation(each)} for each in ENDPOINTS},
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The worker's OMNISTATE_API_TOKEN.",
                }
            },
            "schemas": schemas_of([*answers, read_api.Problem], COMPONENT, "serialization"),
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    names = ["id"] if "{id}" in endpoint.path else []
    names += endpoint.query
    if endpoint.model is None:
        names.append("Last-Event-ID")
    responses: dict[str, Any] = {"200": _answer(endpoint)}
    for status in sorted(endpoint.statuses):
        responses[str(status)] = {
            "description": _MEANINGS[status],
            "content": _json("Problem"),
            **({"headers": _CHALLENGE} if status == 401 else {}),
        }
    operation = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "responses": responses,
    }
    return (
        {**operation, "parameters": [_PARAMETERS[name] for name in names]} if names else operation
    )


_CHALLENGE: Final = {
    "WWW-Authenticate": {
        "description": "How to come back.",
        "required": True,
        "schema": {"type": "string"},
    }
}


def _answer(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.model is None:
        return {"description": _MEANINGS[200], "content": {STREAM: {"schema": {"type": "string"}}}}
    return {"description": _MEANINGS[200], "content": _json(endpoint.model.__name__)}


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": COMPONENT.format(model=model)}}}


def text() -> str:
    """The document as it is checked in and served."""
    return json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n"
