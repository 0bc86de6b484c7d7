"""A case as files: a configuration, events, and `right.txt`, which a person wrote.

A line of `right.txt` is a moment, a conversation and a cause, then what must come of it: rule and
stage of each change, holds as `+representative/role/units rule` (`!` where forced) and `-`,
`recorded`, reminders and codes; then members of its last output, as YAML, null where left out.
Moments of the first day have no date. It reads and tells; it decides nothing.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from omnistate.core.conversation.stages import MEANINGS

CASES = Path(__file__).parent
STAGE_OF = {meaning[:2]: stage for stage, meaning in MEANINGS.items()}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z")

Output = dict[str, Any]


class Told(NamedTuple):
    """What came of one cause in one conversation."""

    at: str
    conversation: str
    cause: str
    words: str


class Right(NamedTuple):
    """What a case must come to: until when, and for each cause its words and some members."""

    until: str
    told: list[Told]
    members: list[dict[str, Any]]


def read_right(name: str) -> Right:
    """The expectation of a case."""
    until, told, members = "", [], []
    for line in (CASES / name / "right.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("until "):
            until = line.split()[1]
        elif line and not line.startswith("#"):
            where, words, *figures = (part.strip() for part in line.split(" | ", 2))
            at, conversation, cause = where.split()
            told.append(Told(at, conversation, cause, words))
            members.append(yaml.safe_load(f"{{{figures[0]}}}") if figures else {})
    return Right(until, told, members)


def tell(outputs: list[Output], day: str) -> list[tuple[Told, Output]]:
    """Outputs in the words of `right.txt`; each cause with its last output, holds aside."""
    found: list[tuple[Told, Output]] = []
    last = None
    for value in (output["value"] for output in outputs):
        data = value["data"]
        words, shown = _word_of(value["type"], data), data
        at = shorten(value["time"], day)
        step = (at, data["conversation_id"], data["cause"])
        if step == last:
            before, shown_before = found.pop()
            words = f"{before.words}, {words}"
            if value["type"].startswith("capacity."):
                shown = shown_before
        last = step
        told = Told(at, data["conversation_id"], data["cause"]["type"], words)
        found.append((told, shown))
    return found


def shorten(moment: str, day: str) -> str:
    """A moment without what is as ever: the first day, zeros, the zone."""

    def short(found: re.Match[str]) -> str:
        date, time, fraction = found.groups("")
        return f"{'' if date == day else f'{date}T'}{time}{'' if fraction == '.000' else fraction}"

    return _MOMENT.sub(short, moment)


def shorten_members(data: Output, day: str) -> Output:
    """Members as `right.txt` has them."""
    plain = {
        name: shorten(member, day) if isinstance(member, str) else member
        for name, member in data.items()
    }
    if timer := data.get("next_timer"):
        plain["next_timer"] = f"{timer['name']} {shorten(timer['at'], day)}"
    return plain


def _word_of(type_: str, data: Output) -> str:
    match type_:
        case "conversation.state_changed":
            return f"{data['rule']} {STAGE_OF[data['status'], data.get('detail')]}"
        case "conversation.reminder":
            return f"remind {data['silent']}"
        case "input.recorded":
            return "recorded"
        case "capacity.held":
            held = f"{data['representative_id']}/{data['role']}/{data['units']}"
            return f"+{held}{'!' if data['forced'] else ''} {data['rule']}"
        case "capacity.released":
            return f"-{data['representative_id']}/{data['role']} {data['rule']}"
        case _:
            return str(data["code"])
