"""The list of the image's parts is a CycloneDX document by its makers' own schema."""

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import pytest
from jsonschema import Draft7Validator, ValidationError
from referencing import Registry, Resource

from deploy.image.parts import list_parts
from tests.schemas.npm_packages import installed

PACKAGE: Final = "@cyclonedx/cyclonedx-library@10.3.0"
SCHEMAS: Final = ("bom-1.6", "spdx", "jsf-0.82")


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """The schema of version 1.6, with the lists of licences and signatures that it refers to."""
    folder = installed(PACKAGE) / "@cyclonedx/cyclonedx-library/res/schema"
    found = {
        name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8"))
        for name in SCHEMAS
    }
    # By the names under which they refer to one another, from the address of the first.
    registry: Registry[Any] = Registry().with_resources(
        (
            urljoin(found["bom-1.6"]["$id"], f"{name}.SNAPSHOT.schema.json"),
            Resource.from_contents(each),
        )
        for name, each in found.items()
    )
    return Draft7Validator(found["bom-1.6"], registry=registry)


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    return list_parts(Path(str(distribution("pydantic").locate_file(""))))


def test_it_is_valid(official: Draft7Validator, parts: dict[str, Any]) -> None:
    official.validate(parts)


@pytest.mark.parametrize(
    "wrong", [{"licenses": [{"license": {"id": "No such one"}}]}, {"type": "thing"}]
)
def test_a_wrong_part_is_refused(
    official: Draft7Validator, parts: dict[str, Any], wrong: dict[str, Any]
) -> None:
    changed = parts | {"components": [parts["components"][0] | wrong]}
    with pytest.raises(ValidationError):
        official.validate(changed)
