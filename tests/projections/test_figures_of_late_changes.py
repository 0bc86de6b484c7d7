"""Figures count when it happened, which may be told late, and read what edition 1 has left."""

import json
from typing import Any

import pytest
from omnistate.projections.figures.change_reading import NoChange, happened_ms, read_change
from omnistate_schemas.output_examples import CHANGED
from omnistate_schemas.times import format_time, parse_time_ms

from tests.harness.engine_run import run
from tests.harness.events import make_event
from tests.projections.figure_days import BEGIN_MS, Tables, changes_of, line, start
from tests.projections.former_changes import FORMER

WINDOW_S = 300
BEGIN_S = BEGIN_MS // 1_000
CENTRE: dict[str, Any] = {"workstreams": {"chat": {"channel": "live_chat"}}}


def published(data: dict[str, Any], at_ms: int = BEGIN_MS) -> bytes:
    event = make_event(
        "conversation.state_changed", "chat-17", "c.2", data, time=format_time(at_ms)
    )
    return json.dumps({**event, "source": "/omnistate"}).encode()


def late_day(late_s: float) -> list[dict[str, Any]]:
    """A talk; of its acceptance the engine hears so late."""
    ana = {"representative_id": "ana"}
    steps = [
        line(1, start(queue_id="support")),
        line(2, (280, "representative.pick", ana)),
        line(3, (900, "representative.end", ana)),
    ]
    outputs, _ = run(steps, CENTRE)
    events = changes_of(outputs)
    for event in events[1:]:
        event["time"] = format_time(parse_time_ms(event["time"]) + round(late_s * 1_000))
    return events


@pytest.mark.parametrize("late_s", [0, 200, 3_000])
def test_a_late_change_corrects_the_window_it_belongs_to(late_s: float) -> None:
    tables = Tables({"support": 300_000})
    events = late_day(late_s)
    for event in events[:2]:
        tables.take(event, now_ms=BEGIN_MS + round(late_s * 1_000))
    assert dict(tables.figures()) == {
        ("chat", "support", BEGIN_S, "offered"): 1,
        ("chat", "support", BEGIN_S, "accepted"): 1,
        ("chat", "support", BEGIN_S, "accepted_in_time"): 1,
        ("chat", "support", BEGIN_S, "answer_ms"): 280_000,
    }


def test_what_happened_before_any_window_that_is_kept_is_too_late() -> None:
    """Loaded history, say: it makes no figures of now, and is remembered all the same."""
    tables = Tables({})
    (event, *_) = late_day(0)
    event["time"] = format_time(BEGIN_MS + 30 * 86_400_000)
    tables.take(event, now_ms=BEGIN_MS + 30 * 86_400_000)
    assert tables.figures() == {}
    assert tables.counting.tally["too_late"] == 1
    assert set(tables.conversations) == {"c"}


def test_a_repeat_of_old_history_is_known_by_the_clock_of_the_topic() -> None:
    """Closed a month ago, told now: it is remembered for a day from now."""
    tables, month_ms = Tables({}), 30 * 86_400_000
    lines = [line(1, start()), line(2, (5, "customer.ended", {})), line(3, start(), "other")]
    first, closed, other = sorted(
        changes_of(run(lines, CENTRE)[0]), key=lambda each: (each["subject"], each["time"])
    )
    for event in (first, closed, other):
        event["time"] = format_time(BEGIN_MS + month_ms)
        tables.take(event)
    tables.restart()
    tables.take(closed)
    assert tables.counting.tally["repeated"] == 1
    assert "c" in tables.conversations


def test_changes_of_either_edition_are_read() -> None:
    former, former_ms = read_change(published(FORMER), BEGIN_MS)
    assert (former.rule, former.direction, former_ms) == ("A3", None, BEGIN_MS)
    assert happened_ms(former, former_ms) == BEGIN_MS
    bare = {name: value for name, value in CHANGED.items() if name != "queue_id"}
    change, at_ms = read_change(published(bare), parse_time_ms(CHANGED["occurred_at"]))
    assert change.queue_id is None
    assert happened_ms(change, at_ms) == parse_time_ms(CHANGED["occurred_at"])


@pytest.mark.parametrize("when", ["2026-02-31T00:00:00.000Z", "2999-01-01T00:00:00.000Z", 5])
def test_what_cannot_have_happened_is_no_change(when: Any) -> None:
    with pytest.raises(NoChange):
        read_change(published({**CHANGED, "occurred_at": when}), BEGIN_MS)
