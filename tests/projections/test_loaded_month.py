"""Figures of a month that was loaded are those of whoever made it up; without a broker, so small.

The month of a size that deserves the name, through a real one, is in `tests/cluster`.
"""

import json
from typing import get_args

import pytest
from omnistate.cli.figures_screen import format_lines
from omnistate.projections.figures.segment_figures import By
from omnistate.projections.figures.spans import SPAN_FIGURES, Period, SpanCounting
from omnistate_schemas.read_change import ReadStateChanged
from omnistate_schemas.times import DAY_MS, parse_time_ms

from tests.harness.engine_run import Output, run
from tests.harness.events import make_event
from tests.projections.loaded_month import Month
from tests.projections.month_centre import BEGIN_MS, CENTRE, CHANNELS, END, THRESHOLDS_S
from tests.projections.month_figures import Rows, read_rows


def load(month: Month) -> list[Output]:
    """All of it told at once, after the month: first of all comes what moves the clock there."""
    data = {"channel": CHANNELS["cases"], "workstream_id": "cases"}
    now = make_event("conversation.started", "clock", "1", data, time=END)
    lines = [json.dumps(each).encode() for each in (now, *month.events())]
    return run(lines, CENTRE)[0]


def count(outputs: list[Output], by: By) -> Rows:
    counting = SpanCounting(
        Period(BEGIN_MS, parse_time_ms(END)),
        DAY_MS,
        by,
        lambda queue: THRESHOLDS_S[queue or ""] * 1_000,
    )
    values = [(each["topic"], json.dumps(each["value"]).encode()) for each in outputs]
    for topic, value in values:
        if topic == "capacity-changes":
            counting.handed_over.take_hold(value)
    for topic, value in values:
        if topic == "recorded-inputs":
            counting.handed_over.take_recorded(value)
        elif topic == "conversation-state-changes":
            change = ReadStateChanged.model_validate_json(value)
            counting.take(change.data, parse_time_ms(change.time))
    return read_rows(format_lines(counting.rows(), by), by)


@pytest.mark.parametrize("seed", [1])
def test_a_small_month_has_the_figures_of_whoever_made_it_up(seed: int) -> None:
    month = Month(seed, 250)
    outputs = load(month)
    for by in get_args(By):
        assert count(outputs, by) == month.expected(by), f"seed {seed}, by {by}"
    assert not [name for name in SPAN_FIGURES if not month.total(name, "queue")], f"seed {seed}"
    codes = {each["value"]["data"].get("code") for each in outputs}
    assert codes >= {"superseded", "duplicate"}, f"seed {seed}"
    assert codes <= {None, "superseded", "duplicate", "stale", "closed"}, f"seed {seed}"
