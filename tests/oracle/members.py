"""The members of `data` by input type (contract.md#inputs): what is missing or mistyped.

Knows nothing of conversations. `clean` also drops what counts as left out, so that the rest of the
model can use `get` without thinking about null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .attributes import are_attributes
from .vocabulary import (
    FACTS_ON_AGENT_ACTIONS,
    KIND_OF_CHANNEL,
    KINDS_OF_ACTION,
    RE,
)
from .wire import parse_time

Check = Callable[[Any], bool]


def is_id(value: Any) -> bool:
    """contract.md#envelope: an id has 1-256 characters; a reason and a disposition, too."""
    return isinstance(value, str) and 1 <= len(value) <= 256


def is_flag(value: Any) -> bool:
    """A boolean."""
    return isinstance(value, bool)


def whole(least: int, most: int | None = None) -> Check:
    """A whole number in these bounds (`5.0` is none)."""

    def check(value: Any) -> bool:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return is_whole and value >= least and (most is None or value <= most)

    return check


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


def is_reservation(value: Any) -> bool:
    """What a gate granted: `id`, `source` and the cost (left out: 0 and none)."""
    if not isinstance(value, dict) or not is_id(value.get("id")) or not is_id(value.get("source")):
        return False
    units, profiles = value.get("units"), value.get("profiles")
    return (units is None or is_units(units)) and (profiles is None or is_profiles(profiles))


def one_of(*values: str) -> Check:
    """One of the given words."""
    return lambda value: isinstance(value, str) and value in values


is_units = whole(0, 10_000)
NAMED: dict[str, Check] = {"representative_id": is_id}
SUPERVISED: dict[str, Check] = {"supervisor_id": is_id}
REQUIRED: dict[str, dict[str, Check]] = {
    "conversation.started": {"channel": one_of(*KIND_OF_CHANNEL), "workstream_id": is_id},
    "conversation.closed": {
        "reason": one_of(
            "completed", "merged", "duplicate", "spam", "customer_opted_out", "failure"
        )
    },
    "conversation.offered": NAMED,
    "conversation.offer_ended": NAMED,
    "conversation.answered": NAMED,
    "record.deactivated": {"outcome": one_of("resolved", "cancelled", "deleted")},
    "router.assign": NAMED,
    "router.move": {"queue_id": is_id},
    "router.close": {"reason": one_of("overflow", "failure")},
    "router.schedule": {"scheduled_for": is_moment},
    "representative.pick": NAMED,
    "representative.accept": NAMED,
    "representative.reject": NAMED,
    "representative.message": NAMED,
    "representative.end": NAMED,
    "representative.close_session": NAMED,
    "representative.hold": NAMED,
    "representative.unhold": NAMED,
    "representative.extend_wrap_up": NAMED | {"seconds": whole(1, 3600)},
    "representative.release": NAMED,
    "representative.transfer": NAMED | {"to": is_destination},
    "representative.resume": NAMED,
    "representative.disconnected": NAMED,
    "representative.reconnected": NAMED,
    "representative.resolve_record": NAMED | {"outcome": one_of("resolved", "cancelled")},
    "consult.started": NAMED | {"via": one_of("direct", "queue")},
    "consult.ended": NAMED,
    "supervisor.assign": SUPERVISED,
    "supervisor.transfer": NAMED | SUPERVISED,
    "supervisor.monitor": SUPERVISED,
    "supervisor.leave": SUPERVISED,
    "supervisor.force_close": SUPERVISED,
    "bot.take": {"bot_id": is_id},
}
COST: dict[str, Check] = {"units": is_units, "profiles": is_profiles}
CARRIED: dict[str, Check] = {"priority": whole(0, 100), "attributes": are_attributes}
OPTIONAL: dict[str, dict[str, Check]] = {
    "conversation.started": COST
    | CARRIED
    | {
        "queue_id": is_id,
        "customer_id": is_id,
        "direction": one_of("inbound", "outbound"),
        "representative_id": is_id,
        "handled_by": one_of("bot"),
        "scheduled_for": is_moment,
    },
    "conversation.updated": COST | CARRIED,
    "conversation.closed": {"merged_into": is_id},
    "conversation.queued": {"queue_id": is_id},
    "conversation.offer_ended": {"declined": is_flag},
    "conversation.ended": {"by": one_of("customer", "representative", "external", "bot", "system")},
    "conversation.wrapped_up": NAMED,
    "router.assign": {"auto_accept": is_flag, "reservation": is_reservation},
    "router.move": {"overflow": is_flag},
    "router.withdraw": NAMED,
    "router.schedule": NAMED,
    "representative.reject": {"reason": is_id},
    "representative.end": {"disposition": is_id},
    "representative.close_session": {"disposition": is_id, "resume_at": is_moment},
    "representative.resolve_record": {"disposition": is_id},
    "consult.ended": {"via": one_of("direct", "queue")},
    "supervisor.assign": {"representative_id": is_id, "queue_id": is_id},
    "bot.escalate": {"queue_id": is_id},
}
# Every action may carry it; facts carry it in vain.
for _action in set(KINDS_OF_ACTION) - set(FACTS_ON_AGENT_ACTIONS):
    OPTIONAL[_action] = OPTIONAL.get(_action, {}) | {"expected_sequence": whole(0)}


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
