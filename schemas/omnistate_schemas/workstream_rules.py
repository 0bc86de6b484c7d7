"""What the settings of a workstream cannot be together, in words and as JSON Schema.

A test holds the two together.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from omnistate_schemas.applicability import (
    KIND_OF,
    OFFERED_TO_SEVERAL,
    SETTINGS_FOR,
    WAITED_FOR,
    kinds_for,
    kinds_of,
)
from omnistate_schemas.configured import Misplaced
from omnistate_schemas.vocabulary import Authority, ChannelOrKind

# Settings that only one authority can have.
FOR_AUTHORITY: Final[dict[str, Authority]] = {"settle_window": "upstream", "max_delay": "engine"}
# A setting that says something, by its form.
_TOLD: Final[dict[str, dict[str, Any]]] = {
    "can_wait": {"const": True},
    "reopen_from_wrap_up": {"const": True},
    "release_when_idle": {"type": "number", "exclusiveMinimum": 0},
    "bot_response_timeout": {"type": "number", "exclusiveMinimum": 0},
    "time_out_rules": {"type": "array", "minItems": 1},
    "promote_consultant": {"const": True},
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


def find_misplaced(
    channel: ChannelOrKind, authority: Authority, told: Mapping[str, Any]
) -> Iterator[Misplaced]:
    """The settings that the kind or the authority cannot have, of those that are told.

    `told` are those of the file that say something: not null, false, 0 or empty.
    """
    kind = KIND_OF[channel]
    for name, codes in SETTINGS_FOR.items():
        if name in told and kind not in kinds_of(codes):
            yield Misplaced((name,), f"a {channel} workstream cannot have {name}")
    for name, needed in FOR_AUTHORITY.items():
        if name in told and authority != needed:
            yield Misplaced((name,), f"{name} is for authority: {needed}")
    if kind not in kinds_of(WAITED_FOR):
        for number, rule in enumerate(told.get("time_out_rules", ())):
            if rule.then == "wait":
                keys = ("time_out_rules", number, "then")
                yield Misplaced(keys, f"a {channel} workstream cannot wait")
    several = authority == "upstream" or kind in kinds_of(OFFERED_TO_SEVERAL)
    if not several and told.get("parallel_offers", 1) > 1:
        said = f"a {channel} workstream has more than one with authority: upstream alone"
        yield Misplaced(("parallel_offers",), said)
    if told.get("distribution") == "pick" and kind not in kinds_for("representative.pick"):
        said = f"a {channel} workstream cannot have distribution: pick"
        yield Misplaced(("distribution",), said)


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
    found.append(
        _all_of(
            ["channel", "parallel_offers"],
            channel=_channels_but(OFFERED_TO_SEVERAL),
            # Left out, it is the engine.
            authority={"not": {"const": "upstream"}},
            parallel_offers={"type": "integer", "exclusiveMinimum": 1},
        )
    )
    offline = {"type": "array", "contains": {"const": "offline"}}
    found.append(_all_of(["allowed_presences"], allowed_presences=offline))
    return {"anyOf": found}
