"""What is written up after hand-overs in the figures worker's windows, beside what changes are."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from omnistate.projections.figures.change_reading import NoChange
from omnistate.projections.figures.counting_rows import decode_memory, encode_memory
from omnistate.projections.figures.recent_wrap_ups import TOLD_S, RecentWrapUps
from omnistate.projections.figures.service_figures import HAND_OVERS_MAX
from omnistate.projections.figures.windows import KEPT_S, PartitionCounts
from omnistate_schemas.times import format_time

from tests.harness.engine_run import run
from tests.projections.figure_days import BEGIN_MS, Step, Tables, line, start
from tests.projections.hand_overs import CENTRE, hand_overs
from tests.projections.wrap_up_recount import Output, recount_wrap_ups

PARTITION = 3
BEGIN_S = BEGIN_MS // 1_000
ANA = {"representative_id": "ana"}
TO_SALES = {**ANA, "to": {"kind": "queue", "id": "sales"}}
CALL: tuple[Step, ...] = (
    start("line", "voice", queue_id="support"),
    (0, "router.assign", {**ANA, "auto_accept": True}),
    (290, "representative.transfer", TO_SALES),
)
WRITTEN = {"wrapped_up": 1, "wrap_up_ms": 60_000, "handle_ms": 60_000}


class Worker:
    """Tables, and what is told beside them."""

    def __init__(self) -> None:
        self.tables = Tables({})
        self.recent = RecentWrapUps(lambda workstream, queue: (workstream, queue or ""))

    def read(self, outputs: list[Output], *topics: str) -> None:
        for output in outputs:
            if output["topic"] not in topics:
                continue
            if output["topic"] == "capacity-changes":
                self.recent.take(json.dumps(output["value"]).encode())
            else:
                self.tables.take(output["value"], PARTITION)

    def read_all(self, outputs: list[Output]) -> None:
        self.read(outputs, "conversation-state-changes")
        self.read(outputs, "capacity-changes")

    def parts(self, now_s: float = BEGIN_S, *partitions: int) -> list[PartitionCounts]:
        own = partitions or (PARTITION,)
        return list(self.recent.parts(self.tables.conversations, own, now_s))


def tell(*steps: Step, until_s: int = 7_200) -> list[Output]:
    lines = [line(number, step) for number, step in enumerate(steps)]
    return run(lines, CENTRE, format_time(BEGIN_MS + until_s * 1_000))[0]


def test_any_hand_overs_come_to_what_their_history_says() -> None:
    found: Counter[bool] = Counter()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(lines=hand_overs())
    def check_each(lines: list[bytes]) -> None:
        outputs, _ = run(lines, CENTRE, format_time(BEGIN_MS + 7_200_000))
        worker = Worker()
        # Which of the two topics is ahead is chance.
        worker.read(outputs, "capacity-changes")
        worker.read_all(outputs)
        worker.tables.restart()
        wanted: Counter[Any] = Counter()
        for told in recount_wrap_ups(outputs):
            start_s = told.on_ms // 300_000 * 300
            place = told.workstream, told.queue
            wanted[*place, start_s, "wrapped_up"] += 1
            wanted[*place, start_s, "wrap_up_ms"] += told.length_ms
        got: Counter[Any] = Counter()
        for where, start_s, counts in worker.parts():
            assert where.partition == PARTITION
            place = where.workstream_id, where.queue_id
            for name in ("wrapped_up", "wrap_up_ms"):
                got[*place, start_s, name] += counts[name]
        assert +got == +wanted
        found[bool(wanted)] += 1

    check_each()
    assert found[True] > 10, "too few hand over"


def test_it_counts_in_the_window_in_which_it_is_over_where_they_had_it() -> None:
    worker = Worker()
    worker.read_all(tell(*CALL))
    assert worker.parts() == [((PARTITION, "line", "support"), BEGIN_S + 300, WRITTEN)]
    assert worker.parts(BEGIN_S, 1, 2) == []
    assert worker.parts(BEGIN_S + 300 + KEPT_S + 301) == []


def test_it_counts_once_whatever_is_told_again() -> None:
    worker, outputs = Worker(), tell(*CALL)
    for _ in range(2):
        worker.read_all(outputs)
    assert len(worker.parts()) == 1
    worker.recent.forget(BEGIN_S + TOLD_S)
    assert len(worker.parts()) == 1
    worker.recent.forget(BEGIN_S + 291 + TOLD_S)
    assert worker.parts() == []


def test_what_runs_or_whose_conversation_is_not_known_counts_nothing() -> None:
    worker = Worker()
    worker.read_all(tell(*CALL, until_s=300))
    assert worker.parts() == []
    worker.read(tell(*CALL), "capacity-changes")
    assert len(worker.parts()) == 1
    worker.tables.conversations.clear()
    assert worker.parts() == []


def test_so_many_hand_overs_are_remembered_and_rows_from_before_have_none() -> None:
    steps: list[Step] = [start("line", "voice", queue_id="support")]
    for number in range(HAND_OVERS_MAX + 2):
        steps += [
            (number * 10, "router.assign", {**ANA, "auto_accept": True}),
            (number * 10 + 5, "representative.transfer", TO_SALES),
        ]
    worker = Worker()
    worker.read_all(tell(*steps))
    (row,) = worker.tables.conversations.values()
    found = decode_memory(row)
    assert [each.at_ms for each in found.memory.hand_overs] == [
        BEGIN_MS + number * 10_000 + 5_000 for number in range(2, HAND_OVERS_MAX + 2)
    ]
    assert decode_memory(json.loads(json.dumps(encode_memory(found)))) == found
    assert decode_memory(row[:-1]).memory == found.memory._replace(hand_overs=())


def test_what_nobody_can_have_published_is_said() -> None:
    worker = Worker()
    worker.recent.take(b"not JSON, and of no matter")
    with pytest.raises(NoChange):
        worker.recent.take(b'{"type": "capacity.held", "data": {"role": "wrap_up"}}')
