"""An outage is told once and then now and then, for all partitions; again when it returns."""

import time

import pytest
import structlog
from omnistate.process.partitions.partition_metrics import PartitionMetrics
from omnistate.process.partitions.partition_report import PartitionReport


def test_an_outage_does_not_fill_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    metrics = PartitionMetrics()
    with structlog.testing.capture_logs() as said:
        report = PartitionReport(metrics, bar=False)
        for _ in range(100):
            for partition in range(4):
                report.failed(partition, "no broker answers")
            now_s += 1
    assert b"omnistate_faults_total 400.0" in metrics.expose()
    assert {line["event"] for line in said} == {"log_unavailable"}
    assert [line["waited_s"] for line in said] == [0, 10, 30, 70]
    assert said[0]["partitions"] == [0]
    assert [line["partitions"] for line in said[1:]] == [[0, 1, 2, 3]] * 3


def test_an_outage_that_comes_back_is_told_again() -> None:
    with structlog.testing.capture_logs() as said:
        report = PartitionReport(PartitionMetrics(), bar=False)
        report.failed(3, "no broker answers")
        report.started(3, 0.1, agreed=True)
        report.failed(3, "no broker answers")
        report.failed(3, "no broker answers")
    events = [line["event"] for line in said]
    assert events == ["log_unavailable", "partition_running", "log_unavailable"]


def test_an_outage_is_over_when_it_is_for_all() -> None:
    with structlog.testing.capture_logs() as said:
        report = PartitionReport(PartitionMetrics(), bar=False)
        report.failed(3, "no broker answers")
        report.failed(4, "no broker answers")
        report.started(3, 0.1, agreed=True)
        report.failed(3, "no broker answers")
        report.revoked(4)
        report.started(3, 0.1, agreed=True)
        report.failed(3, "no broker answers")
    assert [line["event"] for line in said].count("log_unavailable") == 2
