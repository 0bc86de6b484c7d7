"""The members of `data` by input type (contract.md#inputs): what is missing or mistyped.

Knows nothing of conversations. `clean` also drops what counts as left out, so that the rest of the
model can use `get` without thinking about null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .vocabulary import KIND_OF_CHANNEL, RE
from .wire import parse_time

Check = Callable[[Any], bool]


def is_id(value: Any) -> bool:
    """contract.md#envelope: an id has 1-256 characters."""
    return isinstance(value, str) and 1 <= len(value) <= 256


def is_flag(value: Any) -> bool:
    """A boolean."""
    return isinstance(value, bool)


def is_units(value: Any) -> bool:
    """contract.md#bounds: a whole number of units, 0 to 10,000."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10_000


def is_profiles(value: Any) -> bool:
    """contract.md#bounds: a list of at most 64 profile names."""
    return isinstance(value, list) and len(value) <= 64 and all(is_id(name) for name in value)


def is_moment(value: Any) -> bool:
    """A time with an offset."""
    return parse_time(value) is not None


def is_destination(value: Any) -> bool:
    """The `to` of a transfer."""
    return (
        isinstance(value, dict)
        and one_of("queue", "representative", "external", "bot")(value.get("kind"))
        and is_id(value.get("id"))
    )


def one_of(*values: str) -> Check:
    """One of the given words."""
    return lambda value: isinstance(value, str) and value in values


NAMED: dict[str, Check] = {"representative_id": is_id}
REQUIRED: dict[str, dict[str, Check]] = {
    "conversation.started": {"channel": one_of(*KIND_OF_CHANNEL), "workstream_id": is_id},
    "record.deactivated": {"outcome": one_of("resolved", "cancelled", "deleted")},
    "router.assign": NAMED,
    "router.move": {"queue_id": is_id},
    "router.close": {"reason": one_of("overflow", "failure")},
    "representative.pick": NAMED,
    "representative.accept": NAMED,
    "representative.reject": NAMED,
    "representative.message": NAMED,
    "representative.end": NAMED,
    "representative.close_session": NAMED,
    "representative.release": NAMED,
    "representative.transfer": NAMED | {"to": is_destination},
    "representative.resume": NAMED,
    "representative.disconnected": NAMED,
    "representative.reconnected": NAMED,
    "representative.resolve_record": NAMED | {"outcome": one_of("resolved", "cancelled")},
    "consult.started": NAMED | {"via": one_of("direct", "queue")},
    "consult.ended": NAMED | {"via": one_of("direct", "queue")},
    "supervisor.assign": {"supervisor_id": is_id},
    "supervisor.transfer": NAMED | {"supervisor_id": is_id},
    "supervisor.monitor": {"supervisor_id": is_id},
    "supervisor.force_close": {"supervisor_id": is_id},
}
OPTIONAL: dict[str, dict[str, Check]] = {
    "conversation.started": {
        "queue_id": is_id,
        "customer_id": is_id,
        "direction": one_of("inbound", "outbound"),
        "representative_id": is_id,
        "handled_by": one_of("bot"),
        "scheduled_for": is_moment,
        "units": is_units,
        "profiles": is_profiles,
    },
    "router.assign": {"auto_accept": is_flag},
    "router.move": {"overflow": is_flag},
    "supervisor.assign": {"representative_id": is_id, "queue_id": is_id},
    "bot.escalate": {"queue_id": is_id},
}


def clean(type_: str, data: dict[str, Any]) -> dict[str, Any]:
    """The known members; "A null for an optional member of `data` is as if left out."."""
    known = REQUIRED.get(type_, {}) | OPTIONAL.get(type_, {})
    return {name: data[name] for name in known if data.get(name) is not None}


def fault(type_: str, data: dict[str, Any]) -> str | None:
    """The first member that is missing or mistyped, or None (contract.md#codes, `invalid_data`)."""
    given = clean(type_, data)
    for name, check in REQUIRED.get(type_, {}).items():
        if name not in given or not check(given[name]):
            return name
    for name, check in OPTIONAL.get(type_, {}).items():
        if name in given and not check(given[name]):
            return name
    if type_ == "conversation.started":
        # `outbound` needs `representative_id`.
        if given.get("direction") == "outbound" and "representative_id" not in given:
            return "representative_id"
        # C2: on RE `invalid_data`, whatever else is given.
        if "handled_by" in given and KIND_OF_CHANNEL[given["channel"]] == RE:
            return "handled_by"
    if type_ == "supervisor.assign" and ("representative_id" in given) == ("queue_id" in given):
        # one of `representative_id`, `queue_id`.
        return "representative_id"
    return None
