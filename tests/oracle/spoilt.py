"""Lines that are no events, events that are no inputs, and inputs in unusual dress."""

from __future__ import annotations

import base64
import json
from typing import Any

from .choices import Tape

GARBAGE: tuple[bytes, ...] = (
    b"   ",
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"specversion": "1.0"}',
    b"x" * 65_537,
    b"{}" + b" " * 65_534,
    b'{"specversion": "1.0", "id": "\\ud800", "type": "bot.end", "subject": "c0"}',
)
SPOILT: tuple[dict[str, Any], ...] = (
    {"type": "customer.sneezed"},
    {"type": "representative.presence"},
    {"specversion": "0.3"},
    {"time": "2025-03-05T09:00:00"},
    {"time": 5},
    {"data": []},
    {"data": "{}"},
    {"id": ""},
    {"subject": "s" * 257},
    {"source": None},
    {"partitionkey": "another"},
    {"data_base64": "e30="},
)
VALUES: tuple[Any, ...] = (None, "", 5, "x" * 257, True, [], "nowhere", "both", 5.0, -1, {}, 101)


def spoil(tape: Tape, event: dict[str, Any]) -> dict[str, Any]:
    """Take a member away or make it wrong; now and then the envelope."""
    if tape.happens(3):
        return event | tape.pick(SPOILT)
    data = dict(event["data"]) if isinstance(event.get("data"), dict) else {}
    if data:
        name = tape.pick(sorted(data))
        value = tape.pick(VALUES)
        data[name] = value
        if value is None and tape.happens(2):
            del data[name]
    else:
        data["unasked"] = tape.pick(VALUES)
    return event | {"data": data}


def dress(tape: Tape, event: dict[str, Any]) -> dict[str, Any]:
    """The same event, as other producers write it."""
    dressed = dict(event)
    shape = tape.number(4)
    if shape == 0:
        dressed["partitionkey"] = event["subject"]
    elif shape == 1 and not event["data"]:
        dressed["data"] = None
    elif shape == 2 and not event["data"]:
        del dressed["data"]
    else:
        del dressed["data"]
        content = json.dumps(event["data"] or None).encode()
        dressed["data_base64"] = base64.b64encode(content).decode()
        dressed["datacontenttype"] = tape.pick(
            ("application/json", "text/json; charset=utf-8", "Application/Vnd.Desk+JSON")
        )
    return dressed
