"""Figures of spans: any day against a slow count of its histories, and by hand."""

import json
from collections import Counter
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from omnistate.projections.figures.segment_figures import By
from omnistate.projections.figures.spans import SPAN_FIGURES, Period, SpanCounting, SpanRow
from omnistate_schemas.read_change import ReadStateChanged
from omnistate_schemas.times import LAST_MS, format_time, parse_time_ms

from tests.demo.demo_days import live
from tests.harness.engine_run import run
from tests.oracle.random_days import Day, days
from tests.projections.figure_days import BEGIN_MS, changes_of, line, start
from tests.projections.figure_recount import recount
from tests.projections.span_recount import Figure, recount_span

EVER = Period(0, LAST_MS)
THRESHOLDS_MS = {"billing": 5_000, "support": 60_000}
ANA, BEN = {"representative_id": "ana"}, {"representative_id": "ben"}


def count(
    events: list[dict[str, Any]], by: By, span: Period = EVER, every_ms: int | None = None
) -> list[SpanRow]:
    counting = SpanCounting(span, every_ms, by, lambda id_: THRESHOLDS_MS.get(id_ or "", 20_000))
    for event in events:
        change = ReadStateChanged.model_validate_json(json.dumps(event))
        counting.take(change.data, parse_time_ms(change.time))
    return list(counting.rows())


def total(rows: list[SpanRow], by: str) -> Counter[Figure]:
    found: Counter[Figure] = Counter()
    for row in rows:
        for name, number in row.counts.items():
            if name in SPAN_FIGURES:
                found[by, row.id, name] += number
    return +found


def expect(events: list[dict[str, Any]]) -> Counter[Figure]:
    """By the slow count, and of what the worker counts too by that of its own tests."""
    wanted = recount_span(events, THRESHOLDS_MS)
    for (workstream, _, _, name), number in recount(events, THRESHOLDS_MS).items():
        if name in SPAN_FIGURES:
            wanted["workstream", workstream, name] += number
    return wanted


def check(events: list[dict[str, Any]]) -> Counter[Figure]:
    wanted, found = expect(events), Counter[Figure]()
    for by in get_args(By):
        found += total(count(events, by), by)
    assert found == wanted, {"too many": found - wanted, "too few": wanted - found}
    return wanted


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days())
def test_any_day_adds_up_to_what_its_histories_say(day: Day) -> None:
    lines, config, until = day
    check(changes_of(run(lines, config, until)[0]))


@pytest.mark.parametrize("seed", [1])
async def test_a_day_of_the_demo(seed: int) -> None:
    day = await live(seed, 120)
    events = [each for topic, each in day.outputs if topic == "conversation-state-changes"]
    wanted = check(events)
    by_queue = {name for by, _, name in wanted if by == "queue"}
    assert by_queue >= {"accepted", "declines", "handled", "wrapped_up", "transfers"}
    first_ms = min(parse_time_ms(each["data"]["occurred_at"]) for each in events)
    span = Period(first_ms + 3_600_000, first_ms + 4 * 3_600_000)
    hours = count(events, "queue", span, 3_600_000)
    assert len({row.period for row in hours}) == 3
    assert total(hours, "queue") == total(count(events, "queue", span), "queue")


CENTRE: dict[str, Any] = {"workstreams": {"line": {"channel": "voice", "reconnect_window": 60}}}
CALL = [
    start("line", "voice", queue_id="support"),
    (10, "router.assign", ANA),
    (20, "representative.reject", ANA),
    (25, "router.assign", BEN),
    (30, "representative.accept", BEN),
    (40, "representative.hold", BEN),
    (55, "representative.unhold", BEN),
    (90, "representative.transfer", {**BEN, "to": {"kind": "queue", "id": "billing"}}),
    (97, "router.assign", ANA),
    (100, "representative.accept", ANA),
    (160, "representative.end", ANA),
    (190, "representative.close_session", ANA),
]


def members(by: By, **more: Any) -> dict[str, dict[str, Any]]:
    lines = [line(number, step) for number, step in enumerate(CALL)]
    rows = count(changes_of(run(lines, CENTRE)[0]), by, **more)
    return {
        row.id: {name: number for name, number in row.members().items() if number} for row in rows
    }


def test_a_transfer_into_a_queue_counts_as_offered_there() -> None:
    assert members("queue") == {
        "support": {
            "offered": 1,
            "accepted": 1,
            "accepted_in_time": 1,
            "answer_seconds": 30,
            "declines": 1,
            "handled": 1,
            "handle_seconds": 60,
            "talk_seconds": 45,
            "hold_seconds": 15,
            "transfers": 1,
            "service_level": 1,
            "average_answer_seconds": 30,
            "average_handle_seconds": 60,
        },
        "billing": {
            "offered": 1,
            "accepted": 1,
            "answer_seconds": 10,
            "average_answer_seconds": 10,
            "handled": 1,
            "handle_seconds": 90,
            "average_handle_seconds": 90,
            "talk_seconds": 60,
            "wrapped_up": 1,
            "wrap_up_seconds": 30,
            "average_wrap_up_seconds": 30,
        },
    }


def test_each_person_has_what_they_did() -> None:
    found = members("representative")
    ana, ben = found["ana"], found["ben"]
    assert (ben["offered"], ben["accepted_in_time"], ben["answer_seconds"]) == (1, 1, 30)
    assert (ben["handle_seconds"], ben["hold_seconds"], ben["transfers"]) == (60, 15, 1)
    assert "declines" not in ben
    assert (ana["offered"], ana["declines"], ana["accepted"]) == (2, 1, 1)
    assert (ana["handle_seconds"], ana["wrap_up_seconds"]) == (90, 30)


def test_the_workstream_has_each_conversation_once() -> None:
    (line_,) = members("workstream").values()
    assert (line_["offered"], line_["accepted"], line_["handled"]) == (1, 1, 1)
    assert (line_["handle_seconds"], line_["talk_seconds"], line_["hold_seconds"]) == (150, 105, 15)


def test_a_span_has_what_happened_in_it_whenever_it_was_told() -> None:
    lines = [line(number, step) for number, step in enumerate(CALL)]
    events = changes_of(run(lines, CENTRE)[0])
    for event in events:
        event["time"] = format_time(BEGIN_MS + 40 * 86_400_000)
    at = BEGIN_MS + 100_000
    assert [row.counts["accepted"] for row in count(events, "queue", Period(at, at + 1))] == [1]
    assert not count(events, "queue", Period(at - 1, at))
    first, *_ = count(events, "queue", Period(BEGIN_MS, BEGIN_MS + 95_000), 60_000)
    last = count(events, "queue", Period(BEGIN_MS, BEGIN_MS + 95_000), 60_000)[-1]
    assert first.period == (BEGIN_MS, BEGIN_MS + 60_000)
    assert last.period == (BEGIN_MS + 60_000, BEGIN_MS + 95_000)


def test_what_came_before_the_first_change_that_is_left_is_not_made_up() -> None:
    lines = [line(number, step) for number, step in enumerate(CALL)]
    events = changes_of(run(lines, CENTRE)[0])
    answered = next(n for n, each in enumerate(events) if each["data"]["rule"] == "A1")
    rows = {row.id: row.members() for row in count(events[answered + 1 :], "queue")}
    assert "support" not in rows
    assert (rows["billing"]["offered"], rows["billing"]["handle_seconds"]) == (1, 90)


def test_what_edition_1_has_left_is_counted_by_what_it_says() -> None:
    lines = [line(number, step) for number, step in enumerate(CALL)]
    events = changes_of(run(lines, CENTRE)[0])
    wanted = {by: total(count(events, by), by) for by in get_args(By)}
    later = ("occurred_at", "queued_at", "queue_since", "left_waiting", "decline_count")
    for event in events:
        for name in (*later, "offered_representative_ids", "hold_seconds"):
            event["data"].pop(name, None)
    for by in get_args(By):
        found = total(count(events, by), by)
        # Hold was not told of, so it is talk.
        for _, id_, name in list(wanted[by]):
            if name == "hold_ms":
                wanted[by][by, id_, "talk_ms"] += wanted[by].pop((by, id_, name))
        assert found == wanted[by]
