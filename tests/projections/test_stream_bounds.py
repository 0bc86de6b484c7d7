"""The stream of changes in Redis is bounded in bytes: by what events repeat, and their length."""

import json
from typing import Any

from omnistate.projections.keys import Keys
from omnistate.projections.read_model.output_records import Change, decode_change
from omnistate.projections.read_model.stream_effects import (
    STREAM_BYTES,
    STREAM_LENGTH,
    WHOLE_BYTES,
    stream_changes,
)
from omnistate.stream.ports import Record

from tests.projections.memory_topics import change

MANY = [f"{number}-{'n' * 250}" for number in range(100)]


def streamed(*events: dict[str, Any]) -> list[tuple[int, str]]:
    """How long the stream may be, and the text, of each event's command."""
    found = stream_changes(Keys(), [decoded(each) for each in events])
    assert all(each[:4] == ("XADD", "omnistate:changes", "MAXLEN", "~") for each in found)
    return [(int(each[4]), each[7]) for each in found]


def decoded(event: dict[str, Any]) -> Change:
    value = json.dumps(event, ensure_ascii=False).encode()
    return decode_change(Record("t", 0, 0, 1, b"k", value))


def test_a_short_event_is_told_as_it_is() -> None:
    event = change("c-1", 1, "open", skipped_representative_ids=["ana", "ben"])
    [(length, text)] = streamed(event)
    assert json.loads(text) == event
    assert length == STREAM_LENGTH


def test_a_long_event_does_not_repeat_its_lists() -> None:
    lists: dict[str, Any] = {
        "skipped_representative_ids": MANY,
        "attributes": {"skills": ["a" * 256] * 7},
    }
    event = change("ü" * 256, 7, "open", **lists, queue_id="\u2028" * 256)
    [(_, text)] = streamed(event)
    assert len(text.encode()) <= WHOLE_BYTES < len(json.dumps(event))
    data = {name: value for name, value in event["data"].items() if name not in lists}
    assert json.loads(text) == {**event, "data": data}


def test_of_long_events_fewer_are_kept() -> None:
    long = change("c", 1, "open", customer_id="c" * 40_000)
    found = streamed(change("c", 1, "open"), long)
    longest = max(len(text.encode()) for _, text in found)
    assert {length for length, _ in found} == {STREAM_BYTES // longest}
    assert STREAM_BYTES // longest < STREAM_LENGTH
