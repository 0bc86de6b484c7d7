"""What comes of followed conversations, in the words of what was written by hand."""

from typing import Any

Event = dict[str, Any]
Told = dict[str, list[str]]


def read_right(right: str) -> Told:
    """Lines of each conversation."""
    found: Told = {}
    lines: list[str] = []
    for line in right.strip().splitlines():
        if " " in line:
            lines.append(line.replace(".000 ", " "))
        else:
            lines = found.setdefault(line, [])
    return found


def tell(outputs: list[Event], *, repeats: bool = True) -> Told:
    """What came of each conversation, in the words above; repeats are left out where asked."""
    found: Told = {}
    for value in (output["value"] for output in outputs):
        data = value["data"]
        line = _line_of(value["type"], data)
        if repeats or not line.endswith((" duplicate", " superseded")):
            found.setdefault(data["conversation_id"], []).append(line)
    return found


def _line_of(type_: str, data: Event) -> str:
    match type_:
        case "conversation.state_changed":
            stage = data.get("detail", data["status"])
            offered = data.get("offered_representative_ids")
            people = offered or [data.get("representative_id")]
            words = [data["occurred_at"][11:-1].removesuffix(".000"), data["rule"], stage]
            words += [word for word in (data.get("queue_id"), *people) if word]
            line = " ".join(words)
            line += f", declined {data['decline_count']}" if data.get("decline_count") else ""
            line += f", on hold {data['hold_seconds']:g}" if data.get("hold_seconds") else ""
            return f"{line}, abandoned" if data.get("abandoned") else line
        case "capacity.held":
            return f"+{data['representative_id']}/{data['role']} {data['rule']}"
        case "capacity.released":
            return f"-{data['representative_id']}/{data['role']} {data['rule']}"
        case "input.recorded":
            return f"recorded {data['cause']['type']}"
        case _:
            return f"{data['cause']['type']} {data['code']}"
