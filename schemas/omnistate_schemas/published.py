"""The published documents, read from where they lie: in an installed package, or in the tree.

They are files, made by `make generate` and the same for every language; nothing is made here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

_PACKAGE: Final = Path(__file__).parent
# An editable install reads them where they are generated.
_FOLDERS: Final = (_PACKAGE / "json", _PACKAGE.parent / "json")
# What is no JSON Schema: topics and keys, and the read API.
_OTHERS: Final = {"asyncapi": "asyncapi.yaml", "openapi": "openapi.json"}


@cache
def folder() -> Path:
    """The folder of the JSON Schemas, one file a name. Raises FileNotFoundError."""
    for found in _FOLDERS:
        if found.is_dir():
            return found
    raise FileNotFoundError(f"the JSON Schemas are neither in {_FOLDERS[0]} nor in {_FOLDERS[1]}")


def schema_names() -> list[str]:
    """What there is a JSON Schema of: every type of event and of configuration object.

    Beside these `events`, all events in one document, and `contact_centre`, a whole CONFIG.yaml.
    """
    return sorted(path.stem for path in folder().glob("*.json"))


def document_names() -> list[str]:
    """The JSON Schemas' names, and those of the two other documents: `asyncapi` and `openapi`."""
    return sorted([*schema_names(), *_OTHERS])


def read_document(name: str) -> str:
    """The text of a published document. Raises KeyError."""
    if name not in document_names():
        raise KeyError(name)
    path = folder().parent / _OTHERS[name] if name in _OTHERS else folder() / f"{name}.json"
    return path.read_text(encoding="utf-8")


def read_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of that name. Raises KeyError."""
    if name in _OTHERS:
        raise KeyError(name)
    schema: dict[str, Any] = json.loads(read_document(name))
    return schema
