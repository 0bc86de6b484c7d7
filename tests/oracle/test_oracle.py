"""What the oracle must do beyond the suite that it passes beside the engine.

That suite, of every cell and every story, is tests/engine/test_cells.py.
"""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings

from .cells import CELLS, TIMER_CELLS
from .model import run
from .random_days import Day, days
from .scenes import (
    CONVERSATION,
    config_of,
    encode,
    event,
    scene,
)
from .stories import STORIES

RULES = (
    [f"C{n}" for n in range(1, 5)]
    + [f"O{n}" for n in range(1, 12)]
    + [f"A{n}" for n in range(1, 11)]
    + [f"B{n}" for n in range(1, 20)]
    + ["R1", "R2", "R3", "R4", "S1", "S2", "E1", "E2", "D1", "D2", "D3", "D4", "D5"]
    + ["W1", "W2", "W3", "W4", "W5", "X1", "X2", "X3", "X4", "X5", "X6", "X7"]
    + ["L1", "K1", "K2", "P1"]
)


def test_every_rule_is_expected_somewhere() -> None:
    """Each rule id of contract.md#rules stands in a cell or in a story."""
    text = " ".join([*CELLS.values(), *TIMER_CELLS.values(), *STORIES.values()])
    # K1 is the rule of a hold, whose rule the stories do not spell out.
    assert set(RULES) - set(re.findall(r"\b[A-Z]\d+\b", text)) == {"K1"}


def test_consult_hold_carries_k1() -> None:
    """contract.md#consults: a hold that a consult begins or ends carries the rule `K1` or `K2`."""
    consult = ("consult.started", {"representative_id": "eva", "via": "queue"})
    outputs, state = run(scene("in_conversation", "voice", [consult]), config_of("voice"))
    assert outputs[-1]["value"]["data"]["rule"] == "K1"
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
    for record in outputs:
        if record["topic"] != "capacity-changes":
            continue
        data = record["value"]["data"]
        who = data["representative_id"]
        sequences[who] = sequences.get(who, 0) + 1
        assert data["partition_sequence"] == sequences[who]
        holds = held.setdefault(who, {})
        if record["value"]["type"] == "capacity.held":
            assert data["hold_id"] not in holds
            holds[data["hold_id"]] = data["units"]
        else:
            # a release names its hold
            assert holds.pop(data["hold_id"]) == data["units"]
        assert data["partition_units"] == sum(holds.values())
    for who, holds in held.items():
        told = state["representatives"].get(who, {"occupied_units": 0})
        assert told["occupied_units"] == sum(holds.values())


def test_retention_forgets() -> None:
    """contract.md#after-closing: once it is forgotten, the id is unknown and not listed."""
    config = config_of("voice", closed_retention=60)
    lines = scene("closed", "voice")
    # The scene closes in its fifth second.
    _, remembered = run(lines, config, until="2025-03-05T09:01:03.999Z")
    _, forgotten = run(lines, config, until="2025-03-05T09:01:04Z")
    assert list(remembered["conversations"]) == [CONVERSATION]
    assert forgotten["conversations"] == {}


def test_a_repeat_is_known_for_64_inputs() -> None:
    """contract.md#repeats: refused inputs count among the 64, repeats do not."""
    monitors = [
        event("supervisor.monitor", second, {"supervisor_id": "sam"}) for second in range(100, 164)
    ]
    first = monitors[0]
    before = scene("open", "voice")
    known = run([*before, *encode(monitors), *encode([first, first])], config_of("voice"))[0]
    assert [r["value"]["data"].get("code") for r in known[-2:]] == ["duplicate", "duplicate"]
    refused = event("bot.end", 200, {})
    unknown = run([*before, *encode([*monitors, refused, first])], config_of("voice"))[0]
    assert unknown[-1]["value"]["data"]["code"] == "invalid_status"
