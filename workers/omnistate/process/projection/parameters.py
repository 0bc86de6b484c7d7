"""Parameters of the read API, read from a request: what cannot be used is named; pure."""

from collections.abc import Mapping
from typing import Final

from omnistate_schemas.endpoint_parameters import (
    LIMIT_DEFAULT,
    LIMIT_MAX,
    QUEUES_BY,
    REPRESENTATIVES_BY,
)
from omnistate_schemas.envelope import ID_LENGTH_MAX

from omnistate.process.projection.overview_query import Query

SWITCH: Final = {"true": True, "false": False}


class InvalidParameter(ValueError):
    """A parameter that cannot be used; the message names it."""


def read_id(matched: Mapping[str, str]) -> str:
    """The id in the path. Raises InvalidParameter."""
    return _checked("id", matched["id"])


def read_limit(given: Mapping[str, str]) -> int:
    """How many are wanted. Raises InvalidParameter."""
    return _number(given, "limit", 1)


def read_after(given: Mapping[str, str]) -> str | None:
    """The last id of the page before; None for the first page. Raises InvalidParameter."""
    said = given.get("after")
    return None if said is None else _checked("after", said)


def read_query(given: Mapping[str, str]) -> Query:
    """What an overview is to show. Raises InvalidParameter."""
    default = Query()
    return Query(
        representatives=_number(given, "representatives", 0),
        representatives_by=_order(
            given, "representatives_by", REPRESENTATIVES_BY, default.representatives_by
        ),
        queues=_number(given, "queues", 0),
        queues_by=_order(given, "queues_by", QUEUES_BY, default.queues_by),
        contains=_checked("contains", given.get("contains", "")),
        by_queue=_switch(given, "figures_by_queue"),
        routing=_switch(given, "routing"),
        windows=_switch(given, "windows"),
    )


def _checked(name: str, id_: str) -> str:
    if len(id_) > ID_LENGTH_MAX:
        raise InvalidParameter(f"{name}: at most {ID_LENGTH_MAX} characters")
    return id_


def _switch(given: Mapping[str, str], name: str) -> bool:
    said = given.get(name, "false")
    if said not in SWITCH:
        raise InvalidParameter(f"{name}: true or false")
    return SWITCH[said]


def _number(given: Mapping[str, str], name: str, smallest: int) -> int:
    said = given.get(name, str(LIMIT_DEFAULT))
    is_number = said.isascii() and said.isdigit() and len(said) < 10
    if not (is_number and smallest <= int(said) <= LIMIT_MAX):
        raise InvalidParameter(f"{name}: a number from {smallest} to {LIMIT_MAX}")
    return int(said)


def _order(given: Mapping[str, str], name: str, orders: tuple[str, ...], default: str) -> str:
    said = given.get(name, default)
    if said.removeprefix("-") not in orders:
        raise InvalidParameter(f"{name}: one of {', '.join(orders)}, each with - or without")
    return said
