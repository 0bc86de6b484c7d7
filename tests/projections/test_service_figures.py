"""Service figures: each definition by an example."""

from collections import Counter
from typing import Any

from omnistate_schemas.times import format_time

from tests.harness.engine_run import run
from tests.projections.figure_days import (
    BEGIN_MS,
    Step,
    Tables,
    changes_of,
    line,
    start,
    total,
)
from tests.projections.figure_recount import Figure

CENTRE: dict[str, Any] = {
    "workstreams": {
        "chat": {"channel": "live_chat", "auto_close": {"wrap_up": 600}},
        "sms": {"channel": "sms", "keep_same_representative": False},
        "calls": {"channel": "voice"},
        "cases": {"channel": "record"},
    },
    "queues": {"slow": {"service_level_threshold": 90}},
}


def tell(*steps: Step) -> Counter[Figure]:
    """The figures of one conversation, told until a day later."""
    lines = [line(number, step) for number, step in enumerate(steps)]
    outputs, _ = run(lines, CENTRE, format_time(BEGIN_MS + 86_400_000))
    tables = Tables({"slow": 90_000})
    for event in changes_of(outputs):
        tables.take(event)
    return tables.figures()


ANA = {"representative_id": "ana"}
BEN = {"representative_id": "ben"}
EMPTY: dict[str, Any] = {}


def test_a_chat_that_is_answered_in_time_and_closed() -> None:
    found = tell(
        start(queue_id="support"),
        (5, "router.assign", ANA),
        (15.5, "representative.accept", ANA),
        (400, "representative.end", ANA),
        (460, "representative.close_session", ANA),
    )
    at = BEGIN_MS // 1_000
    assert found == {
        ("chat", "support", at, "offered"): 1,
        ("chat", "support", at, "accepted"): 1,
        ("chat", "support", at, "accepted_in_time"): 1,
        ("chat", "support", at, "answer_ms"): 15_500,
        ("chat", "support", at + 300, "wrapped_up"): 1,
        ("chat", "support", at + 300, "wrap_up_ms"): 60_000,
        ("chat", "support", at + 300, "handled"): 1,
        ("chat", "support", at + 300, "handle_ms"): 444_500,
    }


def test_the_first_wait_runs_through_declines_and_moves_and_the_last_queues_threshold_counts() -> (
    None
):
    found = tell(
        start(queue_id="support"),
        (5, "router.assign", ANA),
        (10, "representative.reject", ANA),
        (30, "router.move", {"queue_id": "slow"}),
        (40, "router.assign", BEN),
        (80, "representative.accept", BEN),
    )
    assert total(found, "support") == {"offered": 1}
    assert total(found, "slow")["accepted_in_time"] == 1
    assert total(found, "slow")["answer_ms"] == 80_000


def test_late_is_not_in_time_and_only_the_first_acceptance_counts() -> None:
    found = tell(
        start(),
        (20.001, "representative.pick", ANA),
        (30, "representative.release", ANA),
        (31, "representative.pick", BEN),
        (41, "supervisor.force_close", {"supervisor_id": "sue"}),
    )
    assert total(found) == {
        "offered": 1,
        "accepted": 1,
        "answer_ms": 20_001,
        "handled": 1,
        "handle_ms": 19_999,
    }
    assert {queue for _, queue, _, _ in found} == {""}


def test_who_leaves_before_somebody_answers_is_abandoned() -> None:
    found = tell(start(), (5, "router.assign", ANA), (25, "customer.ended", EMPTY))
    assert total(found) == {"offered": 1, "abandoned": 1}
    assert total(tell(start(), (20, "customer.ended", EMPTY)))["abandoned_in_time"] == 1


def test_who_is_closed_by_the_router_is_neither_abandoned_nor_handled() -> None:
    assert total(tell(start(), (9, "router.close", {"reason": "overflow"}))) == {"offered": 1}


def test_with_a_bot_nobody_waits_until_it_escalates() -> None:
    found = tell(
        start(handled_by="bot"),
        (60, "bot.escalate", EMPTY),
        (65, "representative.pick", ANA),
    )
    assert total(found) == {"offered": 1, "accepted": 1, "accepted_in_time": 1, "answer_ms": 5_000}
    assert not tell(start(handled_by="bot"), (60, "bot.end", EMPTY))


def test_what_is_scheduled_is_offered_when_its_time_has_come() -> None:
    found = tell(
        start("calls", "voice", scheduled_for=format_time(BEGIN_MS + 3_600_000)),
        (3_603, "router.assign", {**ANA, "auto_accept": True}),
    )
    assert found["calls", "", BEGIN_MS // 1_000 + 3_600, "answer_ms"] == 3_000


def test_outbound_is_handled_but_never_offered_nor_accepted() -> None:
    found = tell(
        start("calls", "voice", direction="outbound", **ANA),
        (10, "representative.release", ANA),
        (20, "router.assign", {**BEN, "auto_accept": True}),
        (50, "customer.ended", EMPTY),
        (60, "representative.close_session", BEN),
    )
    assert total(found) == {
        "handled": 1,
        "handle_ms": 50_000,
        "wrapped_up": 1,
        "wrap_up_ms": 10_000,
    }


def test_transfers_count_where_they_came_from() -> None:
    found = tell(
        start(queue_id="support"),
        (1, "representative.pick", ANA),
        (2, "representative.transfer", {**ANA, "to": {"kind": "queue", "id": "slow"}}),
        (3, "representative.pick", ANA),
        (4, "representative.transfer", {**ANA, "to": {"kind": "representative", "id": "ben"}}),
        (5, "representative.accept", BEN),
    )
    assert total(found, "support")["transfers"] == 1
    assert total(found, "slow") == {"transfers": 1}


def test_a_customer_who_writes_again_reopens_and_is_not_offered_again() -> None:
    found = tell(
        start("sms", "sms"),
        (1, "representative.pick", ANA),
        (2, "representative.close_session", ANA),
        (3, "customer.messaged", EMPTY),
        (4, "representative.pick", BEN),
        (5, "representative.close_session", BEN),
        (6, "representative.resume", BEN),
    )
    assert total(found) == {
        "offered": 1,
        "accepted": 1,
        "accepted_in_time": 1,
        "answer_ms": 1_000,
        "reopened": 1,
    }


def test_records_are_left_out() -> None:
    assert not tell(start("cases", "record"), (5, "representative.pick", ANA))
