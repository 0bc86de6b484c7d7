"""Wrap-ups after a hand-over counted from a whole history, in the order in which it was told.

What one cause did stands together there, so that nothing need be looked up: where somebody had the
conversation says what was last told of it before, and when it happened whatever tells it meanwhile.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from omnistate_schemas.times import parse_time_ms

Output = dict[str, Any]


class Told(NamedTuple):
    """One wrap-up that is over."""

    workstream: str
    queue: str
    representative: str
    on_ms: int
    length_ms: int


def first_lives(outputs: list[Output]) -> list[Output]:
    """What tells of conversations, without an id's second life, which only random days have."""
    first: dict[str, str] = {}
    found = []
    for output in outputs:
        if output["topic"] in {"rejected-inputs", "dead-letters"}:
            continue
        value, id_ = output["value"], output["value"]["data"].get("conversation_id")
        if output["topic"] in {"conversation-state-changes", "capacity-changes"}:
            origin = value["id"].partition(".")[0]
            if first.setdefault(id_, origin) != origin:
                continue
        found.append(output)
    return found


def recount_wrap_ups(outputs: list[Output]) -> Iterator[Told]:
    """Those that are over, of conversations that are no records."""
    last: dict[str, dict[str, Any]] = {}
    running: dict[str, tuple[dict[str, Any], int, int]] = {}

    def step_of(output: Output) -> tuple[Any, ...]:
        value = output["value"]
        data = value["data"]
        return data["conversation_id"], value["time"], tuple(sorted(data["cause"].items()))

    for _, group in groupby(outputs, step_of):
        step = [each["value"] for each in group]
        clock_ms = parse_time_ms(step[0]["time"])
        moments = [each["data"]["occurred_at"] for each in step if "occurred_at" in each["data"]]
        for event in step:
            data = event["data"]
            if data.get("role") == "wrap_up" and event["type"] == "capacity.released":
                before, began_ms, since_ms = running.pop(data["hold_id"])
                # Its own timer has the engine's clock alone.
                ended_ms = since_ms + clock_ms - began_ms
                if moments:
                    ended_ms = parse_time_ms(moments[-1])
                if before["channel"] != "record":
                    yield Told(
                        before["workstream_id"],
                        before.get("queue_id", ""),
                        data["representative_id"],
                        ended_ms,
                        ended_ms - since_ms,
                    )
            elif data.get("role") == "wrap_up":
                before = last[data["conversation_id"]]
                running[data["hold_id"]] = before, clock_ms, parse_time_ms(moments[-1])
        for event in step:
            if event["type"] == "conversation.state_changed":
                last[event["data"]["conversation_id"]] = event["data"]
