"""Strict JSON objects: what a careful reader may accept from a stranger.

Beyond what the JSON library refuses (NaN, lone surrogates, invalid UTF-8, numbers out of range) a
repeated member and deep nesting are refused, because readers differ in what they make of them.
"""

import json
from typing import Any, Final

import msgspec

DEPTH_MAX: Final = 100
_DECODER: Final = msgspec.json.Decoder()


class UnusableText(ValueError):
    """The text is no JSON object that every reader understands alike."""


def read_object(text: bytes) -> dict[str, Any]:
    """The JSON object in `text`. Raises UnusableText: what is wrong, never the content."""
    try:
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise UnusableText("invalid UTF-8") from None
    except RecursionError:
        raise UnusableText(f"nested deeper than {DEPTH_MAX} levels") from None
    except msgspec.MsgspecError as error:
        raise UnusableText(str(error)) from None
    if type(value) is not dict:
        raise UnusableText("not a JSON object")
    if text.count(b'":') != _count_members(value) or _has_space_before_colon(text):
        _check_members(text)
        _check_depth(value)
    elif text.count(b"[") > DEPTH_MAX:
        _check_depth(value)
    return value


def _count_members(value: dict[str, Any]) -> int:
    """How many members an event of ours has, in all three objects that it may consist of.

    Where no white space precedes a colon each member shows as `":`, so that as many of these as
    members mean that none was repeated and that there is no further object.
    """
    members = len(value)
    data = value.get("data")
    if type(data) is dict:
        members += len(data)
        target = data.get("to")
        if type(target) is dict:
            members += len(target)
    return members


def _has_space_before_colon(text: bytes) -> bool:
    # Looking for one byte is much cheaper than for two; text of several lines is rare.
    return (b" " in text and b" :" in text) or b"\n" in text or b"\t" in text or b"\r" in text


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
