"""Counting changes into tables: any day against another count, repeats, and forgetting."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omnistate.projections.figures.windows import KEPT_S
from omnistate_schemas.times import parse_time_ms

from tests.demo.demo_days import live
from tests.harness.engine_run import run
from tests.oracle.random_days import Day, days
from tests.projections.figure_days import BEGIN_MS, Tables, changes_of, line, start, total
from tests.projections.figure_recount import recount

CENTRE: dict[str, Any] = {"workstreams": {"chat": {"channel": "live_chat"}}}
# What waits and times add up to: after changes in disorder these may be more than they should be.
SUMS = ("answer_ms", "handle_ms", "wrap_up_ms", "accepted_in_time", "abandoned_in_time")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days())
def test_any_day_adds_up_to_what_its_histories_say(day: Day) -> None:
    lines, config, until = day
    thresholds_ms = {"billing": 5_000, "support": 60_000}
    events = changes_of(run(lines, config, until)[0])
    tables = Tables(thresholds_ms)
    for event in events:
        tables.take(event)
    assert tables.figures() == recount(events, thresholds_ms)
    assert not tables.counting.tally["missed"]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days(), seed=st.integers(0, 99))
def test_what_is_read_again_counts_once_also_after_a_restart(day: Day, seed: int) -> None:
    lines, config, until = day
    events = changes_of(run(lines, config, until)[0])
    times_ms = [parse_time_ms(event["time"]) for event in events]
    tables, random = Tables({}), Random(seed)
    for place, event in enumerate(events):
        tables.take(event)
        if random.randrange(6) == 0:
            # Closed ones are forgotten after a day: what is read again must not be older.
            back = max(place - random.randrange(20), 0)
            while max(times_ms[: place + 1]) - times_ms[back] > 80_000_000:
                back += 1
            for again in events[back : place + 1]:
                tables.take(again)
            if random.randrange(2):
                tables.restart()
    assert tables.figures() == recount(events, {})


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(day=days(), seed=st.integers(0, 99))
def test_disorder_never_counts_anything_twice(day: Day, seed: int) -> None:
    lines, config, until = day
    events = changes_of(run(lines, config, until)[0])
    shuffled = [each for each in events for _ in range(2)]
    Random(seed).shuffle(shuffled)
    tables = Tables({})
    for event in shuffled:
        # A partition each: nobody else's clock makes a conversation be forgotten.
        tables.take(event, partition=hash(event["subject"]))
    counted, true = total(tables.figures()), total(recount(events, {})) | count_stories(events)
    assert all(
        number <= true.get(name, 0) for name, number in counted.items() if name not in SUMS
    ), (counted, true)


def count_stories(events: list[dict[str, Any]]) -> dict[str, int]:
    """In how many conversations something can come first, whichever of them comes first."""
    seen: dict[str, Callable[[dict[str, Any]], bool]] = {
        "offered": lambda data: data["status"] == "open",
        "accepted": lambda data: data.get("detail") == "in_conversation",
        "abandoned": lambda data: data["abandoned"],
    }
    told = [each for each in events if each["data"]["channel"] != "record"]
    return {
        name: len({each["subject"] for each in told if holds(each["data"])})
        for name, holds in seen.items()
    }


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_day_of_the_demo(seed: int) -> None:
    day = await live(seed, 120)
    events = [each for topic, each in day.outputs if topic == "conversation-state-changes"]
    tables = Tables({})
    for event in events:
        tables.take(event)
    found = total(tables.figures())
    assert tables.figures() == recount(events, {})
    assert found.keys() == total(recount(events, {})).keys() >= {"offered", "transfers", "reopened"}


def test_what_is_too_late_is_dropped_and_what_is_over_forgotten() -> None:
    steps = [(number * 300.0, *start()[1:]) for number in range(3)]
    lines = [line(number, step, f"c-{number}") for number, step in enumerate(steps)]
    first, second, third = changes_of(run(lines, CENTRE)[0])[:3]
    tables = Tables({})
    tables.take(first, now_ms=BEGIN_MS)
    assert tables.windows
    tables.take(second, now_ms=BEGIN_MS + (KEPT_S + 301) * 1_000)
    assert not tables.windows, "the first is over, the second came too late"
    assert tables.counting.tally["too_late"] == 1
    tables.take(third, now_ms=BEGIN_MS + 600_000)
    assert total(tables.figures()) == {"offered": 1}
    assert set(tables.conversations) == {"c-0", "c-1", "c-2"}


def test_closed_conversations_are_forgotten_after_a_day_even_across_a_restart() -> None:
    begun = start()
    lines = [
        line(1, begun, "a"),
        line(2, (1, "customer.ended", {}), "a"),
        line(3, (86_402, *begun[1:]), "b"),
    ]
    *told, last = changes_of(run(lines, CENTRE)[0])
    tables = Tables({})
    for event in told:
        tables.take(event)
    assert set(tables.conversations) == {"a"}
    tables.restart()
    tables.take(last)
    assert set(tables.conversations) == {"b"}


def test_a_conversation_whose_beginning_was_not_seen_adds_no_firsts() -> None:
    lines = [
        line(1, start(), "c"),
        line(2, (5, "representative.pick", {"representative_id": "ana"})),
        line(3, (9, "representative.end", {"representative_id": "ana"})),
        line(4, (15, "representative.close_session", {"representative_id": "ana"})),
    ]
    tables = Tables({})
    for event in changes_of(run(lines, CENTRE)[0])[1:]:
        tables.take(event)
    assert total(tables.figures()) == {"wrapped_up": 1, "wrap_up_ms": 6_000}


def test_parts_are_those_of_the_partitions_asked_for_and_not_too_old() -> None:
    (event,) = changes_of(run([line(1, start(queue_id="support"))], CENTRE)[0])
    tables, at_s = Tables({}), BEGIN_MS // 1_000
    tables.take(event, partition=3)
    (part,) = tables.counting.parts({1, 3}, at_s)
    assert part == ((3, "chat", "support"), at_s, {"offered": 1})
    assert not tables.counting.parts({1, 2}, at_s)
    assert not tables.counting.parts({3}, at_s + KEPT_S + 301)
