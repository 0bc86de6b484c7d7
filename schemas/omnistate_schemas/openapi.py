"""The OpenAPI 3.1 document of the read API, made from its endpoints: `schemas/openapi.json`.

`make generate` writes it. It must not import `omnistate`.
"""

import json
from pathlib import Path
from typing import Any, Final

from omnistate_schemas import read_api
from omnistate_schemas.endpoint_parameters import PARAMETERS
from omnistate_schemas.endpoints import ENDPOINTS, STREAM, Endpoint
from omnistate_schemas.json_schemas import COMPONENT, schemas_of

DOCUMENT: Final = Path(__file__).parents[1] / "openapi.json"


_MEANINGS: Final = {
    200: "Here it is",
    400: "A parameter cannot be used",
    401: "No token, or another one",
    404: "Nothing is known of it",
    503: "Redis does not answer, or too many follow the changes",
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
    return {**operation, "parameters": [PARAMETERS[name] for name in names]} if names else operation


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
