"""Strict JSON objects: what a careful reader may accept from a stranger.

Beyond what the JSON library refuses (NaN, lone surrogates, invalid UTF-8, numbers out of range) a
repeated member and deep nesting are refused, because readers differ in what they make of them.
"""

import json
from typing import Any, Final

import msgspec

DEPTH_MAX: Final = 100
# An event, its data and the target of a transfer.
_LEVELS: Final = 3
_NEWLINE: Final = ord("\n")
_TAB: Final = ord("\t")
_RETURN: Final = ord("\r")
_BRACKET: Final = ord("[")
_DECODE: Final = msgspec.json.Decoder().decode


class UnusableText(ValueError):
    """The text is no JSON object that every reader understands alike."""


def read_object(text: bytes) -> dict[str, Any]:
    """The JSON object in `text`. Raises UnusableText: what is wrong, never the content."""
    try:
        value = _DECODE(text)
    except UnicodeDecodeError:
        raise UnusableText("invalid UTF-8") from None
    except RecursionError:
        raise UnusableText(f"nested deeper than {DEPTH_MAX} levels") from None
    except msgspec.MsgspecError as error:
        raise UnusableText(str(error)) from None
    if type(value) is not dict:
        raise UnusableText("not a JSON object")
    # Where no white space precedes a colon each member shows as `":`. As many of these as members,
    # in the three objects that an event may consist of: none is repeated, no other object is there.
    members = len(value)
    data = value.get("data")
    if type(data) is dict:
        members += len(data)
        if "to" in data and type(data["to"]) is dict:
            members += len(data["to"])
    # Bytes are looked for by number: `in` first takes whatever it is given for one.
    hidden = len(text.split(None, 1)) > 1 and (
        text.find(b" :") >= 0 or _NEWLINE in text or _TAB in text or _RETURN in text
    )
    if hidden or text.count(b'":') != members:
        _check_members(text)
        _check_depth(value)
    elif _BRACKET in text and text.count(b"[") > DEPTH_MAX - _LEVELS:
        _check_depth(value)
    return value


def _check_members(text: bytes) -> None:
    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise UnusableText("a member is repeated")
        return members

    try:
        json.loads(text, object_pairs_hook=build)
    except RecursionError:
        raise UnusableText(f"nested deeper than {DEPTH_MAX} levels") from None


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEPTH_MAX):
        deeper: list[object] = []
        for item in level:
            if type(item) is dict:
                deeper.extend(item.values())
            elif type(item) is list:
                deeper.extend(item)
        if not deeper:
            return
        level = deeper
    raise UnusableText(f"nested deeper than {DEPTH_MAX} levels")
