"""The OpenAPI document: fresh, of the service's own endpoints, each guarded."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from omnistate.cli.documents.generated_document import keep
from omnistate.process.projection.read_api import ReadApi
from omnistate_schemas.endpoints import ENDPOINTS
from omnistate_schemas.openapi import DOCUMENT, openapi, text


def test_the_document_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keep(DOCUMENT, text(), ["--check"]) == 0, "run make generate"
    assert keep(DOCUMENT, text() + " ", ["--check"]) == 1
    monkeypatch.setattr("omnistate_schemas.openapi.ENDPOINTS", ENDPOINTS[1:])
    assert keep(DOCUMENT, text(), ["--check"]) == 1


def test_every_operation_is_served() -> None:
    assert len({each.operation for each in ENDPOINTS}) == len(ENDPOINTS)
    for each in ENDPOINTS:
        handler = getattr(ReadApi, each.operation)
        assert handler.__doc__ == f"{each.summary}.", each.operation


def test_every_endpoint_wants_the_token_and_says_so() -> None:
    document = openapi()
    assert document["openapi"].startswith("3.1.")
    assert document["security"] == [{"token": []}]
    for path, item in document["paths"].items():
        assert path.startswith("/api/")
        assert set(item) == {"get"}
        assert "security" not in item["get"]
        assert "WWW-Authenticate" in item["get"]["responses"]["401"]["headers"]


def test_its_schemas_are_schemas_and_its_references_lead_somewhere() -> None:
    document = json.loads(text())

    def follow(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                target: Any = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    target = target[part]
            for child in node.values():
                follow(child)
        elif isinstance(node, list):
            for child in node:
                follow(child)

    follow(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
