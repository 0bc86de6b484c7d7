"""The contract's table of the lag worker's metrics says what the worker shows."""

from omnistate.adapters.kafka.lag.group_lag import MEANINGS
from omnistate.process.lag.lag_metrics import LagMetrics
from omnistate.process.worker_metrics import WorkerMetrics

from tests.documents.contract_tables import names_in, parse_tables, read_column, read_table
from tests.documents.references import ROOT


def test_metrics_and_their_labels() -> None:
    common = {*WorkerMetrics().describe()}
    described = {
        each.name: list(each.labels)
        for each in LagMetrics(str, list, lambda: None).describe()
        if each not in common and each.name != "omnistate_lag_faults_total"
    }
    said = {names_in(row["metric"])[0]: names_in(row["labels"]) for row in read_table("Lag")}
    assert said == described


def test_reasons() -> None:
    page = (ROOT / "docs" / "how-to" / "watch-lag.md").read_text(encoding="utf-8")
    (table,) = [each for each in parse_tables(page) if "reason" in each[0]]
    assert [names_in(row["reason"])[0] for row in table] == list(MEANINGS)
    assert len(read_column("Lag", "metric")) == 6
