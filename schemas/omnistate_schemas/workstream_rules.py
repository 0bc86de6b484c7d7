"""What the settings of a workstream cannot be together, as JSON Schema.

`workstream` refuses the same in words; a test holds the two together.
"""

from typing import Any, Final

from omnistate_schemas.applicability import KIND_OF, SETTINGS_FOR, WAITED_FOR, kinds_of
from omnistate_schemas.vocabulary import Authority

# Settings that only one authority can have.
FOR_AUTHORITY: Final[dict[str, Authority]] = {"settle_window": "upstream", "max_delay": "engine"}
# A setting that says something, by its form.
_TOLD: Final[dict[str, dict[str, Any]]] = {
    "can_wait": {"const": True},
    "reopen_from_wrap_up": {"const": True},
    "release_when_idle": {"type": "number", "exclusiveMinimum": 0},
    "bot_response_timeout": {"type": "number", "exclusiveMinimum": 0},
    "time_out_rules": {"type": "array", "minItems": 1},
    "settle_window": {"type": "number", "exclusiveMinimum": 0},
    "max_delay": {"type": "number", "exclusiveMinimum": 0},
}
_WAITING: Final = {"properties": {"then": {"const": "wait"}}, "required": ["then"]}


def _all_of(needed: list[str], **members: dict[str, Any]) -> dict[str, Any]:
    return {"properties": members, "required": needed}


def _channels_but(codes: str) -> dict[str, Any]:
    """The channels, and kinds, that are of none of these kinds."""
    kinds = kinds_of(codes)
    return {"enum": [name for name, kind in KIND_OF.items() if kind not in kinds]}


def forbid() -> dict[str, Any]:
    """The schema that no workstream may match."""
    found = [
        _all_of(["channel", name], channel=_channels_but(codes), **{name: _TOLD[name]})
        for name, codes in SETTINGS_FOR.items()
    ]
    found.append(
        _all_of(
            ["channel", "time_out_rules"],
            channel=_channels_but(WAITED_FOR),
            time_out_rules={"type": "array", "contains": _WAITING},
        )
    )
    for name, authority in FOR_AUTHORITY.items():
        # Left out, it is the engine.
        needed = [name, "authority"] if authority == "engine" else [name]
        other: dict[str, Any] = {"not": {"const": authority}}
        found.append(_all_of(needed, authority=other, **{name: _TOLD[name]}))
    offline = {"type": "array", "contains": {"const": "offline"}}
    found.append(_all_of(["allowed_presences"], allowed_presences=offline))
    return {"anyOf": found}
