"""What the oracle must do beyond the suite that it passes beside the engine.

That suite, of every cell and every story, is tests/engine/test_cells.py.
"""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import HealthCheck, given, settings

from .cells import CELLS_OF, TIMER_CELLS_OF
from .days import next_day_start
from .hand_written import STORIES
from .model import run
from .random_days import Day, days
from .reach import RULES
from .scenes import (
    CONVERSATION,
    config_of,
    encode,
    event,
    scene,
)
from .wire import parse_time, print_time


def test_every_rule_is_expected_somewhere() -> None:
    """Each rule id of contract.md#rules stands in a cell or in a story."""
    tables = [*CELLS_OF.values(), *TIMER_CELLS_OF.values()]
    words = [word for table in tables for word in table.values()]
    text = " ".join([*words, *STORIES.values()])
    # K1 and K4 are the rules of holds, whose rules the stories do not spell out.
    assert set(RULES) - set(re.findall(r"\b[A-Z]\d+\b", text)) == {"K1", "K4"}


def test_consult_hold_carries_k1() -> None:
    """contract.md#consults: a hold that a consult begins or ends carries the rule `K1` or `K2`."""
    consult = ("consult.started", {"representative_id": "eva", "via": "queue"})
    outputs, state = run(scene("in_conversation", "voice", [consult]), config_of("voice"))
    assert [record["value"]["type"] for record in outputs[-2:]] == [
        "capacity.held",
        "input.recorded",
    ]
    assert outputs[-2]["value"]["data"]["rule"] == "K1"
    assert state["representatives"]["eva"]["occupied_units"] == 30


def test_dead_letters_do_not_count() -> None:
    """A dead letter moves neither the clock nor the offsets; a blank line is nothing."""
    late = b'{"specversion":"1.0","id":"a","source":"b","type":"c","subject":"d",'
    late += b'"time":"2030-01-01T00:00:00Z","data":{}}'
    lines = [b"\xff", b"  \n", b"x" * 70_000, late, *scene("open", "voice")]
    outputs, _ = run(lines, config_of("voice"))
    assert [record.get("error") for record in outputs[:4]] == [
        "undecodable",
        "oversized",
        "unknown_type",
        None,
    ]
    assert outputs[3]["value"]["data"]["input"]["offset"] == 0
    assert outputs[3]["value"]["time"] == "2025-03-05T09:00:00.000Z"


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(days())
def test_laws_of_a_random_day(day: Day) -> None:
    """contract.md#laws: sequences without a gap, counters that a reader can rebuild."""
    lines, config, until = day
    outputs, state = run(lines, config, until)
    assert (outputs, state) == run(lines, config, until)
    sequences: dict[str, int] = {}
    held: dict[str, dict[str, int]] = {}
    for value in (record["value"] for record in outputs if "error" not in record):
        assert find_empty(value["data"]) == []
        if value["type"] == "conversation.state_changed":
            check_change(value["data"], sequences)
        if value["type"] in ("capacity.held", "capacity.released"):
            check_capacity(value, sequences, held)
    for who, holds in held.items():
        told = state["representatives"].get(who, {"occupied_units": 0})
        assert told["occupied_units"] == sum(holds.values())


def find_empty(value: Any) -> list[Any]:
    """Members that should have been left out."""
    if not isinstance(value, dict):
        return [value] if value in (None, []) else []
    if not value:
        return [value]
    return [found for member in value.values() for found in find_empty(member)]


def check_change(data: dict[str, Any], sequences: dict[str, int]) -> None:
    """One number after the other, and nothing that happened before what it says came first."""
    key = f"conversation {data['conversation_id']}"
    if data["sequence"] == 1:
        # An id may be used again once it is forgotten: here the days do.
        sequences[key] = 0
    sequences[key] += 1
    assert data["sequence"] == sequences[key]
    moments = [parse_time(data[name]) or 0 for name in ("started_at", "occurred_at")]
    assert moments == sorted(moments)
    assert data.get("previous_status_seconds", 0) >= 0
    if data["status"] == "open":
        assert data["started_at"] <= data["queued_at"] <= data["queue_since"]


def check_capacity(
    value: dict[str, Any], sequences: dict[str, int], held: dict[str, dict[str, int]]
) -> None:
    """The counter is the sum of what is held; a release names its hold."""
    data = value["data"]
    who = data["representative_id"]
    sequences[who] = sequences.get(who, 0) + 1
    assert data["partition_sequence"] == sequences[who]
    holds = held.setdefault(who, {})
    if value["type"] == "capacity.held":
        assert data["hold_id"] not in holds
        holds[data["hold_id"]] = data["units"]
    else:
        assert holds.pop(data["hold_id"]) == data["units"]
    assert data["partition_units"] == sum(holds.values())


def test_retention_forgets() -> None:
    """contract.md#after-closing: once it is forgotten, the id is unknown and not listed."""
    config = config_of("voice", closed_retention=60)
    lines = scene("closed", "voice")
    # The scene closes in its fifth second.
    _, remembered = run(lines, config, until="2025-03-05T09:01:03.999Z")
    _, forgotten = run(lines, config, until="2025-03-05T09:01:04Z")
    assert list(remembered["conversations"]) == [CONVERSATION]
    assert forgotten["conversations"] == {}


def monitors(count: int) -> list[dict[str, Any]]:
    """So many inputs that are recorded and are no messages."""
    return [
        event("supervisor.monitor", second, {"supervisor_id": "sam"})
        for second in range(100, 100 + count)
    ]


def messages(count: int) -> list[dict[str, Any]]:
    """So many messages."""
    return [event("customer.messaged", second, {}) for second in range(100, 100 + count)]


def codes_of(lines: list[bytes], kind: str, **options: Any) -> list[str | None]:
    """The codes of a run's outputs, None for what is no refusal."""
    outputs, _ = run(lines, config_of(kind, **options))
    return [record["value"]["data"].get("code") for record in outputs]


def test_a_repeat_is_known_for_48_inputs() -> None:
    """contract.md#repeats: messages do not push the rest out, and refused inputs do not count."""
    before, said = scene("open", "messaging"), monitors(48)
    refused = event("bot.end", 200, {})
    more = [*encode(said), *encode(messages(30)), *encode([refused])]
    known = codes_of([*before, *more, *encode([said[0]])], "messaging")
    assert known[-2:] == ["invalid_status", "duplicate"]
    unknown = codes_of([*before, *more, *encode([monitors(49)[-1], said[0]])], "messaging")
    assert unknown[-1] is None


def test_a_message_is_known_for_16_messages() -> None:
    """contract.md#repeats: of the last 16 accepted messages."""
    before, said = scene("open", "messaging"), messages(17)
    assert codes_of([*before, *encode([*said[:16], said[0]])], "messaging")[-1] == "duplicate"
    assert codes_of([*before, *encode([*said, said[0]])], "messaging")[-1] is None


def test_one_more_than_may_wait_is_judged_at_once() -> None:
    """contract.md#order: at most 16 inputs wait for a conversation; the first in order goes."""
    late = event("customer.messaged", 0, {}, "late")
    waiting = [event("customer.messaged", 1, {}, f"i{number}") for number in range(16)]
    outputs, _ = run(encode([*waiting, late]), config_of("messaging"))
    assert [record["value"]["causationid"] for record in outputs] == ["late"]
    assert outputs[0]["value"]["data"]["input"]["offset"] == 16


def test_so_many_bytes_wait() -> None:
    """contract.md#order: at most 32 KiB of record values."""
    filler = {"filler": "x" * 10_000}
    waiting = [event("customer.messaged", 1, {}, f"i{number}") | filler for number in range(4)]
    outputs, _ = run(encode(waiting), config_of("messaging"))
    assert [record["value"]["causationid"] for record in outputs] == ["i0"]


def test_day_starts_where_the_clock_jumps() -> None:
    """contract.md#daily-slots: the first instant that exists, and the first of two."""

    def after(moment: str, day_starts: tuple[int, int]) -> str:
        now = parse_time(moment)
        assert now is not None
        return print_time(next_day_start(now, "Europe/Madrid", day_starts))

    # half past two does not exist on the 30th of March, and comes twice on the 26th of October
    assert after("2025-03-29T12:00:00Z", (2, 30)) == "2025-03-30T01:00:00.000Z"
    assert after("2025-03-30T01:00:00Z", (2, 30)) == "2025-03-31T00:30:00.000Z"
    assert after("2025-10-25T12:00:00Z", (2, 30)) == "2025-10-26T00:30:00.000Z"
    assert after("2025-10-26T00:30:00Z", (2, 30)) == "2025-10-27T01:30:00.000Z"


def test_other_producers_events_are_read() -> None:
    """contract.md#envelope: data in base64, no data, a partition key."""
    start = event("conversation.started", 0, {})
    members = {"channel": "sms", "workstream_id": "desk"}
    encoded = {"data_base64": "eyJjaGFubmVsIjoic21zIiwid29ya3N0cmVhbV9pZCI6ImRlc2sifQ=="}
    del start["data"]
    for sound in (encoded, encoded | {"datacontenttype": "text/json"}, {"data": members}):
        assert codes_of([json.dumps(start | sound).encode()], "messaging") == [None]
    for spoilt in (
        encoded | {"data": members},
        {"data_base64": encoded["data_base64"].rstrip("=")},
        encoded | {"datacontenttype": "text/plain"},
        {"data": members, "partitionkey": "another"},
    ):
        outputs, _ = run([json.dumps(start | spoilt).encode()], config_of("messaging"))
        assert "error" in outputs[0]
