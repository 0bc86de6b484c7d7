"""Reading a story of `stories`, and telling the outputs of a run in the same words."""

from __future__ import annotations

import re
from typing import Any

import yaml

from .scenes import MORNING, encode, event
from .vocabulary import STATUS_AND_DETAIL
from .wire import Record, parse_time

STAGE_OF = {pair: stage for stage, pair in STATUS_AND_DETAIL.items()}
SHORT = {"rep": "representative_id", "sup": "supervisor_id"}


def read(text: str) -> tuple[list[bytes], dict[str, Any], str, list[tuple[str, str]]]:
    """Lines, configuration, until, and the expected (cause, outcome) in order."""
    config: dict[str, Any] = {"workstreams": {}}
    events, expected, last = [], [], 0.0
    for indented in re.sub(r"\s*\n *\| *", " ", text.strip()).splitlines():
        line = indented.strip()
        if line.startswith("*"):
            for name, value in yaml.safe_load(line[1:]).items():
                section = config["workstreams"] if name == "desk" else config
                section[name] = section.get(name, {}) | value
            continue
        second, action, outcome = (part.strip() for part in line.split("|"))
        type_, _, members = action.partition(" ")
        last = float(second)
        if type_ == "timer":
            expected.append((f"timer.{members}@{last:g}", outcome))
            continue
        data = _read_members(members)
        if type_ == "conversation.started":
            data["workstream_id"] = "desk"
        events.append(event(type_, last, data))
        if outcome:
            expected.append((f"{type_}@{last:g}", outcome))
    return encode(events), config, event("", last, {})["time"], expected


def _read_members(text: str) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for word in text.split():
        name, value = word.split("=", 1)
        if name == "to":
            kind, id_ = value.split(":")
            members["to"] = {"kind": kind, "id": id_}
        else:
            is_time = name == "scheduled_for"
            members[SHORT.get(name, name)] = value if is_time else yaml.safe_load(value)
    return members


def tell(outputs: list[Record]) -> list[tuple[str, str]]:
    """The outputs of a run in the words of the stories, grouped by what caused them."""
    told: list[tuple[str, str]] = []
    start = parse_time(MORNING)
    assert start is not None
    for record in outputs:
        value = record["value"]
        if value["type"] == "input.recorded":
            # "nothing where it is recorded"
            continue
        second = ((parse_time(value["time"]) or 0) - start) / 1000
        cause = f"{value['data']['cause']['type']}@{second:g}"
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
