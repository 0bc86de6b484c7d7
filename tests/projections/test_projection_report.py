"""What the projection worker tells: metrics as documented, and no name in them."""

import re

from omnistate.process.projection.projection_metrics import ProjectionMetrics
from omnistate.process.projection.projection_report import ProjectionReport, RebuildBar
from omnistate.projections.read_model.projection_observer import Applied
from omnistate.projections.read_model.store_ports import TopicPartition
from omnistate_schemas.vocabulary import REPRESENTATIVE_CAPACITY, STATE_CHANGES

PLACE = TopicPartition(STATE_CHANGES, 3)


def test_everything_told_is_counted_and_described() -> None:
    metrics = ProjectionMetrics()
    metrics.watch(lambda: {PLACE: (7, 1.5)}, lambda: True, lambda: 2)
    report = ProjectionReport(metrics, bar=True)
    report.assigned(frozenset({PLACE}))
    report.rebuilding(PLACE, 20_000, again=False)
    report.rebuilding(PLACE, 20_000, again=True)
    report.progressed(0, 20_000)
    report.applied(Applied(PLACE, 5, 2, 1, 0.01))
    report.applied(Applied(TopicPartition(REPRESENTATIVE_CAPACITY, 0), 1, 0, 0, 0.01))
    report.conflicted(PLACE, 5, None)
    report.gone(PLACE, 4)
    for offset in range(100):
        report.unreadable(PLACE, offset, "of another type")
    report.store_failed("ConnectionError")
    report.store_failed("ConnectionError")
    report.log_failed("no broker")
    report.recovered()
    report.caught_up(1.0)
    metrics.requested("get_counts", 200)
    text = metrics.expose().decode()
    topic = 'topic="conversation-state-changes"'
    for line in (
        f'omnistate_projection_records_total{{outcome="applied",{topic}}} 5.0',
        "omnistate_projection_rebuilds_total 2.0",
        "omnistate_projection_conflicts_total 1.0",
        "omnistate_projection_records_gone_total 4.0",
        "omnistate_redis_faults_total 2.0",
        f'omnistate_lag_records{{partition="3",{topic}}} 7.0',
        f'omnistate_lag_seconds{{partition="3",{topic}}} 1.5',
        'omnistate_api_requests_total{operation="get_counts",status="200"} 1.0',
        "omnistate_api_streams 2.0",
        "omnistate_projection_ready 1.0",
    ):
        assert line in text
    exposed = set(re.findall(r"^# TYPE (omnistate_\w+)", text, re.MULTILINE))
    described = {each.name for each in metrics.describe()}
    assert exposed - described == {
        *("omnistate_lag_records", "omnistate_lag_seconds"),
        *(name for name in exposed if name.endswith("_created")),
    }
    # Of certificates something is said where there are any.
    assert described - exposed == {
        *("omnistate_certificate_age_seconds", "omnistate_certificate_expiry_timestamp_seconds"),
    }


def test_the_bar_ends_with_the_rebuild() -> None:
    bar = RebuildBar()
    shown = []
    for done, total in ((0, 9_000), (0, 20_000), (15_000, 20_000), (20_000, 20_000)):
        bar.show(done, total)
        shown.append(bar._task is not None)
    assert shown == [False, True, True, False]
