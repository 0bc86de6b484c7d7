"""What a router shows of itself: its queues while it acts, and each unusable record once."""

import pytest
from omnistate.core.router.actions import AssignmentRequest, OverflowClosing, QueueMove
from omnistate.core.router.queue_standing import QueueStanding
from omnistate.process.router.router_metrics import RouterMetrics
from omnistate.process.router.router_report import RouterReport
from omnistate.stream.ports import Record, UnreadableRecord

STANDINGS = [QueueStanding("support", 3, 90_000, 2, 1), QueueStanding("empty", 0, 0, 0, 0)]


def shown(metrics: RouterMetrics) -> dict[str, float]:
    lines = metrics.expose().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if line.startswith("omnistate_"))
    return {name: float(number) for name, _, number in pairs}


@pytest.mark.parametrize("acts", [True, False])
def test_only_the_one_that_acts_tells_of_queues(acts: bool) -> None:
    metrics = RouterMetrics()
    standings = STANDINGS if acts else []
    metrics.watch(lambda: True, lambda: acts, lambda: 12.5, lambda: standings)
    found = shown(metrics)
    assert found["omnistate_router_ready"] == 1
    assert found["omnistate_router_acting"] == acts
    assert found["omnistate_router_unanswered_seconds"] == 12.5
    of_queue = {name: each for name, each in found.items() if 'queue="support"' in name}
    assert of_queue == (
        {
            'omnistate_router_waiting{queue="support"}': 3,
            'omnistate_router_oldest_wait_seconds{queue="support"}': 90,
            'omnistate_router_signed_in{queue="support"}': 2,
            'omnistate_router_free{queue="support"}': 1,
        }
        if acts
        else {}
    )


def test_what_it_did_is_counted_by_type_and_what_was_refused_by_code() -> None:
    metrics = RouterMetrics()
    report = RouterReport(metrics)
    report.sent(
        [
            AssignmentRequest("1", "ana", "c", 30, (), 1, ("available",)),
            AssignmentRequest("2", "ben", "d", 30, (), 1, ("available",)),
            QueueMove("3", "e", "second", 1),
            OverflowClosing("4", "f", 1),
        ]
    )
    report.refused("no_capacity")
    for acts in (True, False, True):
        report.acting(is_acting=acts)
    found = shown(metrics)
    assert found['omnistate_router_actions_total{type="assignment.requested"}'] == 2
    assert found['omnistate_router_actions_total{type="router.move"}'] == 1
    assert found['omnistate_router_actions_total{type="router.close"}'] == 1
    assert found['omnistate_router_refused_total{code="no_capacity"}'] == 1
    assert found["omnistate_router_turns_total"] == 2


def test_what_cannot_be_used_is_counted_once_and_a_batch_beside_its_record() -> None:
    metrics = RouterMetrics()
    report = RouterReport(metrics)
    record = Record("conversation-states", 0, 7, 0, b"c", b"x")
    batch = UnreadableRecord.of(("conversation-states", 0), 7, 9, 0, "checksum")
    for _ in range(2):
        report.unusable(record, "no event of its type")
        report.unusable(batch, "checksum")
    found = shown(metrics)
    assert found['omnistate_followed_unusable_total{topic="conversation-states"}'] == 2


def test_a_log_that_is_away_is_waited_for_ever_longer() -> None:
    metrics = RouterMetrics()
    report = RouterReport(metrics)
    pauses = [report.log_failed("no broker").seconds for _ in range(5)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= 5
    report.log_worked()
    assert report.log_failed("no broker").seconds == pauses[0]
    assert shown(metrics)["omnistate_router_log_faults_total"] == 6
