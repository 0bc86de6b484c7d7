"""Rows of service figures: windows added up, and what several workers make of a shared store."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from omnistate.projections.figures.row_publication import KEPT_WINDOWS, publish, rows_of
from omnistate.projections.figures.service_figures import FIGURES, Counts, add_counts
from omnistate.projections.figures.windows import (
    ALL_QUEUES,
    HOUR_S,
    WINDOW_S,
    FigureRow,
    PartitionCounts,
    Segment,
    Span,
    add_up,
    spans_at,
    within,
)
from omnistate.projections.keys import Keys

NINE_S = 1_772_442_000
NOW_S = NINE_S + 430


class MemoryStore:
    """The port `RowStore` in memory; it says what was asked to be kept for how long."""

    def __init__(self) -> None:
        self.hashes: dict[str, dict[str, str]] = {}
        self.kept_s: dict[str, int] = {}
        self.lists: dict[str, dict[str, float]] = {}

    async def exchange(
        self, shares: Mapping[str, Mapping[str, str]], kept_s: int
    ) -> list[dict[str, str]]:
        for key, fields in shares.items():
            self.hashes.setdefault(key, {}).update(fields)
            self.kept_s[key] = kept_s
        return [dict(self.hashes[key]) for key in shares]

    async def replace(self, rows: Mapping[str, Mapping[str, str]], kept_s: int) -> None:
        for key, fields in rows.items():
            self.hashes[key] = dict(fields)
            self.kept_s[key] = kept_s

    async def list_until(self, key: str, members: Mapping[str, float], now_s: float) -> None:
        old = {
            name: until_s for name, until_s in self.lists.get(key, {}).items() if until_s > now_s
        }
        self.lists[key] = old | dict(members)


def part(
    start_s: int, counts: Counts, partition: int = 0, queue: str = "support"
) -> PartitionCounts:
    return PartitionCounts(Segment(partition, "chat", queue), start_s, counts)


def members(counts: Counts) -> dict[str, int | float | None]:
    return FigureRow("chat", "", Span(WINDOW_S, "current", NINE_S), counts).members()


def test_now_is_in_the_current_window_and_the_last_finished_one_is_before_it() -> None:
    assert spans_at(NOW_S) == [
        Span(WINDOW_S, "current", NINE_S + 300),
        Span(WINDOW_S, "previous", NINE_S),
        Span(HOUR_S, "current", NINE_S),
        Span(HOUR_S, "previous", NINE_S - 3_600),
    ]
    assert spans_at(NINE_S + 300)[0].start_s == NINE_S + 300


def test_averages_are_of_those_that_were_counted() -> None:
    found = members(
        {
            "accepted": 3,
            "accepted_in_time": 2,
            "answer_ms": 61_500,
            "handled": 2,
            "handle_ms": 700_000,
            "wrapped_up": 4,
            "wrap_up_ms": 10_000,
        }
    )
    assert found["service_level"] == 0.666667
    assert found["average_answer_seconds"] == 20.5
    assert found["average_handle_seconds"] == 350
    assert found["average_wrap_up_seconds"] == 2.5
    assert found["answer_seconds"] == 61.5
    nothing = members({})
    assert {name for name, member in nothing.items() if member is None} == {
        "service_level",
        "average_answer_seconds",
        "average_handle_seconds",
        "average_wrap_up_seconds",
    }


@given(
    st.lists(
        st.tuples(
            st.integers(-12, 11),
            st.integers(0, 3),
            st.sampled_from(("", "support", "billing")),
            st.dictionaries(st.sampled_from(tuple(FIGURES)), st.integers(1, 9), max_size=3),
        )
    )
)
def test_an_hour_is_its_twelve_windows_and_a_workstream_all_its_queues(
    drawn: list[tuple[int, int, str, Counts]],
) -> None:
    parts = [
        part(NINE_S + number * WINDOW_S, counts, partition, queue)
        for number, partition, queue, counts in drawn
    ]
    hour = Span(HOUR_S, "current", NINE_S)
    rows = {row.queue_id: row.counts for row in add_up(within(parts, hour).items(), hour)}
    expected: Counts = {}
    for number in range(12):
        window = Span(WINDOW_S, "current", NINE_S + number * WINDOW_S)
        for row in add_up(within(parts, window).items(), window):
            if row.queue_id == ALL_QUEUES:
                expected = add_counts(expected, row.counts)
    assert rows.get(ALL_QUEUES, {}) == expected
    lost = sum((counts.get("offered", 0) for n, _, _, counts in drawn if n >= 0), 0)
    assert rows.get(ALL_QUEUES, {}).get("offered", 0) == lost


def test_rows_of_a_worker_and_zeros_of_what_was_counted_before() -> None:
    rows = rows_of([part(NINE_S, {"offered": 2}), part(NINE_S, {"offered": 1}, queue="")], NOW_S)
    found = {(row.queue_id, row.span.window_s, row.span.name): row.counts for row in rows}
    assert found["support", WINDOW_S, "previous"] == {"offered": 2}
    assert found[ALL_QUEUES, WINDOW_S, "previous"] == {"offered": 3}
    assert found[ALL_QUEUES, WINDOW_S, "current"] == {}
    assert found[ALL_QUEUES, HOUR_S, "current"] == {"offered": 3}


async def test_two_workers_add_each_other_up_and_writing_again_changes_nothing() -> None:
    store, keys = MemoryStore(), Keys("test.")
    ours = [part(NINE_S, {"offered": 2, "accepted": 2, "accepted_in_time": 1})]
    theirs = [part(NINE_S + 300, {"offered": 5}, partition=1)]
    for _ in range(2):
        await publish(store, keys, ours, NOW_S)
        await publish(store, keys, theirs, NOW_S)
    hour = store.hashes["test.omnistate:figures:3600:chat:"]
    assert hour["current_offered"] == "7"
    assert hour["current_service_level"] == "0.5"
    assert hour["current_start"] == "2026-03-02T09:00:00.000Z"
    assert hour["previous_offered"] == "0"
    assert hour["previous_service_level"] == ""
    assert (hour["workstream_id"], hour["queue_id"]) == ("chat", "")
    window = store.hashes["test.omnistate:figures:300:chat:support"]
    assert (window["current_offered"], window["previous_offered"]) == ("5", "2")
    assert store.kept_s["test.omnistate:figures:300:chat:support"] == 300 * KEPT_WINDOWS
    listed = {'["chat", ""]': NOW_S + 900, '["chat", "support"]': NOW_S + 900}
    assert store.lists["test.omnistate:figures-rows:300"] == listed


async def test_ids_with_colons_do_not_meet() -> None:
    store = MemoryStore()
    parts = [
        PartitionCounts(Segment(0, "a:b", "c"), NINE_S, {"offered": 1}),
        PartitionCounts(Segment(0, "a", "b:c"), NINE_S, {"offered": 2}),
        PartitionCounts(Segment(0, "a%3Ab", "c"), NINE_S, {"offered": 4}),
    ]
    await publish(store, Keys(), parts, NOW_S)
    found = {
        key: fields["current_offered"]
        for key, fields in store.hashes.items()
        if key.startswith("omnistate:figures:3600:") and not key.endswith(":")
    }
    assert found == {
        "omnistate:figures:3600:a%3Ab:c": "1",
        "omnistate:figures:3600:a:b:c": "2",
        "omnistate:figures:3600:a%253Ab:c": "4",
    }


async def test_a_row_whose_windows_are_over_is_written_no_more() -> None:
    store = MemoryStore()
    await publish(store, Keys(), [part(NINE_S, {"offered": 1})], NOW_S)
    store.hashes.clear()
    await publish(store, Keys(), [], NOW_S + 10 * HOUR_S)
    assert not any(key.startswith("omnistate:figures:") for key in store.hashes)
    assert not store.lists["omnistate:figures-rows:300"]
