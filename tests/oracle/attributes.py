"""`attributes` (contract.md#channel-events): what a router or a report needs, carried as it is."""

from __future__ import annotations

import json
from typing import Any


def are_attributes(value: Any) -> bool:
    """At most 32 members of 1-64 characters, at most 2,048 bytes as compact JSON."""
    if not isinstance(value, dict) or len(value) > 32:
        return False
    if not all(1 <= len(name) <= 64 for name in value):
        return False
    if not all(member is None or _is_value(member) for member in value.values()):
        return False
    return len(_as_json(value)) <= 2048


def update(attributes: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Members given replace, null takes away."""
    return {name: member for name, member in (attributes | given).items() if member is not None}


def are_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether an update changes nothing; `true` is not 1."""
    return _as_json(dict(sorted(one.items()))) == _as_json(dict(sorted(other.items())))


def _is_value(value: Any) -> bool:
    """Text of at most 256 characters, a number, a boolean or a list of at most 16 texts."""
    if isinstance(value, list):
        return len(value) <= 16 and all(_is_text(member) for member in value)
    return isinstance(value, int | float) or _is_text(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 256


def _as_json(value: Any) -> bytes:
    """Bytes are of compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
