"""The read model (contract.md#read-model), folded from the topics by code of its own.

Written from the contract: it shares nothing with `omnistate.projections`, so that the two can be
compared. Only the standard library, so that it can serve wherever topics can be read.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = timedelta(hours=24)
# Keys that the contract does not name: lists of what there is.
LISTS = ("queues", "representatives", "workstreams")

Event = Mapping[str, Any]


class Folded(NamedTuple):
    """Keys without TOPIC_PREFIX: hashes and sorted sets as dicts, sets as sets.

    `expiries` says of keys that expire when they do, in milliseconds since the epoch. Beside the
    contract: `unqueued`, open ones in no queue; `scheduled`; `with_bot` and `with_external`, those
    that a bot or somebody outside has; and `closed`, those closed within 24 hours.
    """

    keys: dict[str, Any]
    expiries: dict[str, int]


def fold(
    states: Iterable[tuple[str, Event | None]],
    capacities: Iterable[tuple[str, Event | None]],
    now: datetime,
) -> Folded:
    """The read model as of `now`.

    `states` are keys and events of `conversation-states`, each partition's in its order, of
    whatever the topic still has. `capacities` are those of `representative-capacity`, likewise;
    None is a tombstone.
    """
    keys: dict[str, Any] = {}
    expiries: dict[str, int] = {}
    last = {id_: event for id_, event in dict(states).items() if event is not None}
    for id_, event in last.items():
        data, time = event["data"], event["time"]
        name = f"omnistate:conversation:{id_}"
        if data["status"] == "closed":
            gone_at = instant(time) + KEPT
            if gone_at > now:
                keys[name] = as_fields(data, time)
                expiries[name] = milliseconds(gone_at)
                closed = f"omnistate:closed:{data['workstream_id']}"
                keys.setdefault(closed, {})[id_] = milliseconds(time)
            continue
        keys[name] = as_fields(data, time)
        counted = f"{data['workstream_id']}:{data['status']}"
        counts = keys.setdefault("omnistate:counts", {})
        counts[counted] = str(int(counts.get(counted, "0")) + 1)
        # What edition 1 published has one offer at most.
        first = data.get("offered_representative_id")
        offered = data.get("offered_representative_ids", [] if first is None else [first])
        had = data.get("representative_id")
        for suffix, whose in (("conversations", [] if had is None else [had]), ("offers", offered)):
            for who in whose:
                held = f"omnistate:representative:{who}:{suffix}"
                keys.setdefault(held, set()).add(id_)
        placed = place_of(data, time)
        if placed is not None:
            name, score = placed
            keys.setdefault(f"omnistate:{name}", {})[id_] = score
    for representative_id, capacity in dict(capacities).items():
        if capacity is not None:
            name = f"omnistate:representative:{representative_id}"
            keys[name] = as_fields(capacity["data"], capacity["time"])
    return Folded(keys, expiries)


def place_of(data: Mapping[str, Any], time: str) -> tuple[str, int] | None:
    """The sorted set that a conversation is in, and its score there."""
    detail = data.get("detail")
    since_ms = milliseconds(data.get("occurred_at", time))
    # As it was before: ever since it became so.
    if (data.get("previous_status"), data.get("previous_detail")) == (data["status"], detail):
        since_ms -= round((data.get("previous_status_seconds") or 0) * 1_000)
    if data["status"] == "open":
        queue = data.get("queue_id")
        name = "unqueued:open" if queue is None else f"queue:{queue}:open"
        return name, milliseconds(data["queued_at"]) if "queued_at" in data else since_ms
    if data["status"] == "scheduled":
        timer = data.get("next_timer") or {}
        due = data.get("scheduled_for") or timer.get("at")
        return "scheduled", since_ms if due is None else milliseconds(due)
    if detail in {"with_bot", "with_external"}:
        return detail, since_ms
    return None


def as_fields(data: Mapping[str, Any], time: str) -> dict[str, str]:
    """A hash: texts as they are, null left out, the rest as JSON; and when it changed."""
    fields = {
        name: value if isinstance(value, str) else canonical(value)
        for name, value in data.items()
        if value is not None
    }
    return {"changed_at": time} | fields


def canonical(value: Any) -> str:
    """JSON in one form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def instant(time: str) -> datetime:
    """A time of ours."""
    return datetime.fromisoformat(time)


def milliseconds(time: str | datetime) -> int:
    """Since the epoch."""
    at = instant(time) if isinstance(time, str) else time
    return (at - EPOCH) // timedelta(milliseconds=1)


def differences(expected: Folded, found: Folded) -> list[str]:
    """Where the two are not the same: a line each, keys and fields, at most a few of a kind."""
    lines = []
    for name in sorted(set(expected.keys) | set(found.keys)):
        one, other = _plain(expected.keys.get(name)), _plain(found.keys.get(name))
        if one != other:
            lines.append(f"{name}: {_difference(one, other)}")
    lines += [
        f"{name}: expires at {found.expiries.get(name)}, not {expected.expiries.get(name)}"
        for name in sorted(set(expected.keys) & set(found.keys))
        if expected.expiries.get(name) != found.expiries.get(name)
    ]
    return lines


def _plain(value: Any) -> Any:
    """The value with JSON in one form, whoever wrote it."""
    if not isinstance(value, dict):
        return value
    return {
        field: canonical(json.loads(text))
        if isinstance(text, str) and text[:1] in {"{", "["}
        else text
        for field, text in value.items()
    }


def _difference(expected: Any, found: Any) -> str:
    if isinstance(expected, dict) and isinstance(found, dict):
        fields = sorted(set(expected) | set(found))
        differ = [name for name in fields if expected.get(name) != found.get(name)]
        return "; ".join(
            f"{name} is {found.get(name)!r}, not {expected.get(name)!r}" for name in differ[:3]
        )
    if isinstance(expected, set) and isinstance(found, set):
        return f"without {sorted(expected - found)[:3]}, with {sorted(found - expected)[:3]}"
    return f"is {str(found)[:100]}, not {str(expected)[:100]}"
