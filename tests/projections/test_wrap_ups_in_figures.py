"""What is written up after a hand-over, in the figures of spans: any day, and by hand."""

import json
from collections import Counter
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from omnistate.projections.figures.change_reading import NoChange
from omnistate.projections.figures.segment_figures import By
from omnistate.projections.figures.spans import SPAN_FIGURES, Period, SpanCounting, SpanRow
from omnistate_schemas.read_change import ReadStateChanged
from omnistate_schemas.times import LAST_MS, format_time, parse_time_ms

from tests.harness.engine_run import run
from tests.oracle.random_days import Day, days
from tests.projections.figure_days import BEGIN_MS, Step, line, start
from tests.projections.hand_overs import CENTRE, hand_overs
from tests.projections.wrap_up_recount import Output, first_lives, recount_wrap_ups

EVER = Period(0, LAST_MS)
ANA, BEN = {"representative_id": "ana"}, {"representative_id": "ben"}
TO_SALES = {**ANA, "to": {"kind": "queue", "id": "sales"}}
FIGURES = ("wrapped_up", "wrap_up_ms", "handle_ms")


def count(
    outputs: list[Output], by: By, span: Period = EVER, *, tells: bool = True
) -> list[SpanRow]:
    """As `omnistate figures` counts them; `tells`: what was recorded is still there."""
    counting = SpanCounting(span, None, by, lambda _: 20_000)
    for output in outputs:
        value = json.dumps(output["value"]).encode()
        if output["topic"] == "capacity-changes":
            counting.handed_over.take_hold(value)
    for output in outputs:
        value = json.dumps(output["value"]).encode()
        if output["topic"] == "recorded-inputs" and tells:
            counting.handed_over.take_recorded(value)
        elif output["topic"] == "conversation-state-changes":
            change = ReadStateChanged.model_validate_json(value)
            counting.take(change.data, parse_time_ms(change.time))
    return list(counting.rows())


def sum_up(rows: list[SpanRow]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        found += Counter({(row.id, name): number for name, number in row.counts.items()})
    return found


def check(outputs: list[Output]) -> int:
    """Against the history; how many there were."""
    alone = [each for each in outputs if each["topic"] == "conversation-state-changes"]
    told = list(recount_wrap_ups(outputs))
    for by in get_args(By):
        wanted = sum_up(count(alone, by))
        for each in told:
            id_ = getattr(each, by)
            wanted[id_, "wrapped_up"] += 1
            wanted[id_, "wrap_up_ms"] += each.length_ms
            wanted[id_, "handle_ms"] += each.length_ms
        assert sum_up(count(outputs, by)) == +wanted
    return len(told)


def test_any_hand_overs_have_what_their_history_says() -> None:
    found: Counter[int] = Counter()

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(lines=hand_overs())
    def check_each(lines: list[bytes]) -> None:
        until = format_time(BEGIN_MS + 7_200_000)
        found[check(first_lives(run(lines, CENTRE, until)[0]))] += 1

    check_each()
    assert sum(times for number, times in found.items() if number) > 10, "too few hand over"


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days())
def test_any_day_has_what_its_history_says_beside_what_its_changes_do(day: Day) -> None:
    lines, config, until = day
    for workstream in config["workstreams"].values():
        workstream["wrap_up_after_transfer"] = 30
    check(first_lives(run(lines, config, until)[0]))


def tell(*steps: Step, until_s: int = 3_600) -> list[Output]:
    lines = [line(number, step) for number, step in enumerate(steps)]
    return run(lines, CENTRE, format_time(BEGIN_MS + until_s * 1_000))[0]


def of_each(outputs: list[Output], by: By, **more: Any) -> dict[str, tuple[int, ...]]:
    """Wrap-ups, and ms in wrap-up and handled, by id."""
    rows = {row.id: row.counts for row in count(outputs, by, **more)}
    found = {id_: tuple(row.get(name, 0) for name in FIGURES) for id_, row in rows.items()}
    return {id_: each for id_, each in found.items() if any(each)}


TALK = (
    start("line", "voice", queue_id="support"),
    (0, "router.assign", {**ANA, "auto_accept": True}),
    (90, "representative.transfer", TO_SALES),
)


def test_whoever_hands_over_writes_up_until_its_timer() -> None:
    outputs = tell(*TALK)
    assert of_each(outputs, "representative") == {"ana": (1, 60_000, 150_000)}
    assert of_each(outputs, "queue") == {"support": (1, 60_000, 150_000)}
    # It is still open, so it has not been handled; what was written up is over.
    assert of_each(outputs, "workstream") == {"line": (1, 60_000, 60_000)}
    assert set(FIGURES) < set(SPAN_FIGURES)


def test_it_counts_when_it_is_over() -> None:
    outputs, over_ms = tell(*TALK), BEGIN_MS + 150_000
    only = {"ana": (1, 60_000, 60_000)}
    assert of_each(outputs, "representative", span=Period(over_ms, over_ms + 1)) == only
    assert of_each(outputs, "representative", span=Period(over_ms + 1, LAST_MS)) == {}
    assert of_each(tell(*TALK, until_s=149), "queue") == {"support": (0, 0, 90_000)}


def test_it_is_over_when_they_say_so_or_have_it_again() -> None:
    said = tell(*TALK, (100, "representative.close_session", ANA))
    assert of_each(said, "representative") == {"ana": (1, 10_000, 100_000)}
    again = tell(*TALK, (110, "router.assign", ANA), (130, "router.withdraw", {}))
    assert of_each(again, "representative") == {"ana": (1, 20_000, 110_000)}
    closed = tell(*TALK, (95, "conversation.closed", {"reason": "spam"}))
    assert of_each(closed, "queue") == {"support": (1, 5_000, 95_000)}


FOLLOWED = (
    start("calls", "voice", queue_id="support"),
    (2, "conversation.answered", ANA),
    (40, "conversation.answered", BEN),
    (55, "conversation.wrapped_up", ANA),
    (70, "conversation.ended", {"by": "representative"}),
    (90, "conversation.wrapped_up", BEN),
)


def loaded() -> list[Output]:
    """All of it told within a second, a month later."""
    now = format_time(BEGIN_MS + 30 * 86_400_000)
    outputs = tell(*FOLLOWED)
    for output in outputs:
        output["value"]["time"] = now
    return outputs


def test_history_that_was_loaded_has_its_own_times() -> None:
    wanted = {"ana": (1, 15_000, 53_000), "ben": (1, 20_000, 50_000)}
    assert of_each(tell(*FOLLOWED), "representative") == wanted
    assert of_each(loaded(), "representative") == wanted
    assert of_each(loaded(), "workstream") == {"calls": (2, 35_000, 103_000)}


def test_where_nobody_knows_any_more_when_they_said_so_the_clock_does() -> None:
    wanted = {"ana": (1, 15_000, 53_000), "ben": (1, 20_000, 50_000)}
    assert of_each(tell(*FOLLOWED), "representative", tells=False) == wanted
    assert of_each(loaded(), "representative", tells=False)["ana"] == (1, 0, 38_000)


def test_what_was_before_the_first_record_that_is_left_is_not_made_up() -> None:
    outputs = tell(*TALK)
    held = next(
        n for n, each in enumerate(outputs) if each["value"]["data"].get("role") == "wrap_up"
    )
    assert "ana" not in of_each(outputs[held + 1 :], "representative")
    change = next(n for n, each in enumerate(outputs) if each["value"]["data"]["rule"] == "B7")
    del outputs[change]
    assert of_each(outputs, "queue") == {}


def test_records_are_left_out() -> None:
    steps = [start("cases", "record", queue_id="support"), *TALK[1:]]
    outputs = tell(*steps)
    assert any(each["value"]["data"].get("role") == "wrap_up" for each in outputs)
    assert count(outputs, "queue") == []


@pytest.mark.parametrize("topic", ["capacity-changes", "recorded-inputs"])
def test_what_nobody_can_have_published_is_said(topic: str) -> None:
    counting = SpanCounting(EVER, None, "queue", lambda _: 20_000)
    work = counting.handed_over
    take = work.take_hold if topic == "capacity-changes" else work.take_recorded
    take(None)
    take(b"not JSON, and of no matter")
    for wrong in (b'{"type": "wrap_up"}', b'"wrap_up representative.close_session"'):
        if topic == "capacity-changes" or b"representative" in wrong:
            with pytest.raises(NoChange):
                take(wrong)
