"""The packaged declaration of the topics as plain data, to be changed and refused."""

from typing import Any

import yaml
from omnistate.stream.topology import packaged_path

Declaration = dict[str, Any]


def packaged() -> Declaration:
    """A copy of its own each time."""
    loaded: Declaration = yaml.safe_load(packaged_path().read_text(encoding="utf-8"))
    return loaded


def topic(declaration: Declaration, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(t for t in declaration["topics"] if t["name"] == name)
    return found


def group(declaration: Declaration, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(g for g in declaration["groups"] if g["name"] == name)
    return found
