"""A value's members by name, whether its class is interpreted or compiled."""

from typing import Any


def members_of(value: object) -> dict[str, Any]:
    """What a plain value consists of, to compare it with another one."""
    kind = type(value)
    names = getattr(kind, "__mypyc_attrs__", None) or getattr(kind, "__slots__", None)
    return {name: getattr(value, name) for name in names or vars(value)}
