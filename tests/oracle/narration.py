"""Reading a story of `stories`, and telling the outputs of a run in the same words."""

from __future__ import annotations

import re
from typing import Any

import yaml

from .scenes import MORNING, encode, event
from .vocabulary import STATUS_AND_DETAIL
from .wire import Record, parse_time

STAGE_OF = {pair: stage for stage, pair in STATUS_AND_DETAIL.items()}
# How the members end that are moments.
MOMENTS = ("_at", "_since", "scheduled_for")
SHORT = {"rep": "representative_id", "sup": "supervisor_id", "on": "subject"}


def read(text: str) -> tuple[list[bytes], dict[str, Any], str, list[tuple[str, str]]]:
    """Lines, configuration, until, and the expected (cause, outcome) in order."""
    config: dict[str, Any] = {"workstreams": {}}
    events: list[dict[str, Any]] = []
    expected, clock = [], 0.0
    for indented in re.sub(r"\s*\n *\| *", " ", text.strip()).splitlines():
        line = indented.strip()
        if line.startswith("*"):
            for name, value in yaml.safe_load(line[1:]).items():
                section = config["workstreams"] if name == "desk" else config
                section[name] = section.get(name, {}) | value
            continue
        second, action, outcome = (part.strip() for part in line.split("|"))
        type_, _, members = action.partition(" ")
        clock = max(clock, float(second))
        if type_ in ("timer", "taken"):
            expected.append((f"{_cause_of(type_, members)}@{clock:g}", outcome))
            continue
        data = _read_members(members)
        envelope = {name: data.pop(name) for name in ("source", "id", "subject") if name in data}
        if type_ == "conversation.started":
            data.setdefault("workstream_id", "desk")
        told = event(type_, float(second), data, f"input-{len(events)}")
        events.append(told | envelope)
        if outcome:
            expected.append((f"{type_}@{clock:g}", outcome))
    return encode(events), config, event("", clock, {})["time"], expected


def _cause_of(word: str, members: str) -> str:
    """A timer is the cause of what it does; of an input that waited it is the input."""
    return f"timer.{members}" if word == "timer" else members


def _read_members(text: str) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for word in text.split():
        name, value = word.split("=", 1)
        if name == "to":
            kind, id_ = value.split(":")
            members["to"] = {"kind": kind, "id": id_}
        else:
            is_time = name in ("scheduled_for", "resume_at")
            members[SHORT.get(name, name)] = value if is_time else yaml.safe_load(value)
    return members


def figures(outputs: list[Record], cause: str, type_: str) -> dict[str, Any]:
    """`data` of the last output of a type that a cause brought about, moments in seconds."""
    found = [
        value["data"]
        for value in (record["value"] for record in outputs)
        if value["type"] == type_
        and f"{value['data']['cause']['type']}@{_second(value['time']):g}" == cause
    ]
    assert found, f"no {type_} by {cause}"
    return {
        name: _second(member) if name.endswith(MOMENTS) else member
        for name, member in found[-1].items()
    }


def _second(time: str) -> float:
    moment, start = parse_time(time), parse_time(MORNING)
    assert moment is not None
    assert start is not None
    return (moment - start) / 1000


def tell(outputs: list[Record]) -> list[tuple[str, str]]:
    """The outputs of a run in the words of the stories, grouped by what caused them."""
    told: list[tuple[str, str]] = []
    for record in outputs:
        value = record["value"]
        if value["type"] == "input.recorded":
            # "nothing where it is recorded"
            continue
        cause = f"{value['data']['cause']['type']}@{_second(value['time']):g}"
        word = _word_of(value["type"], value["data"])
        if told and told[-1][0] == cause:
            told[-1] = (cause, f"{told[-1][1]}, {word}")
        else:
            told.append((cause, word))
    return told


def _word_of(type_: str, data: dict[str, Any]) -> str:
    if type_ == "conversation.state_changed":
        return f"{data['rule']} {STAGE_OF[data['status'], data.get('detail')]}"
    if type_ == "conversation.reminder":
        return f"remind {data['silent']}"
    if type_ == "capacity.declined":
        return f"declined {data['representative_id']} {data['code']}"
    if type_.startswith("input."):
        return str(data["code"])
    hold = f"{data['representative_id']}/{data['role']}"
    if type_ == "capacity.released":
        return f"-{hold} {data['rule']}"
    return f"+{hold}/{data['units']}{'!' if data['forced'] else ''}"
