"""Each alert fires when it must and not otherwise, has a runbook, and asks for what there is."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from deploy.monitoring.alerts import ALERTS, Alert
from deploy.monitoring.panels import DASHBOARDS
from deploy.monitoring.rules import RUNBOOKS, describe_rules
from tests.deploy.alert_cases import FIRING, QUIET
from tests.deploy.alert_trials import Firing, Quiet, Series
from tests.deploy.monitored_metrics import known_metrics, names_in
from tests.harness.machine import give_up

ROOT: Final = Path(__file__).parents[2]
RULES: Final = ROOT / "deploy/monitoring/rules.yaml"
BY_NAME: Final = {alert.name: alert for alert in ALERTS}


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        give_up("no promtool: apt-get install prometheus")
    return found


def series_of(series: Series) -> list[dict[str, str]]:
    return [{"series": name, "values": values} for name, values in series.items()]


def firing(alert: Alert, case: Firing) -> dict[str, Any]:
    expected = {
        "exp_labels": {"severity": alert.severity, **case.labels},
        "exp_annotations": {
            "summary": case.sentence,
            "runbook_url": f"{RUNBOOKS}#{alert.name.lower()}",
        },
    }
    return trial(alert, case, [expected])


def trial(alert: Alert, case: Firing | Quiet, expected: list[dict[str, Any]]) -> dict[str, Any]:
    asked = {
        "eval_time": case.at,
        "alertname": f"Omnistate{alert.name}",
        "exp_alerts": expected,
    }
    return {
        "interval": "15s",
        "input_series": series_of(case.series),
        "alert_rule_test": [asked],
    }


def run_promtool(promtool: str, folder: Path, rules: str, trials: list[dict[str, Any]]) -> str:
    """What it says of trials that fail; empty where all pass."""
    (folder / "rules.yaml").write_text(rules)
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": "15s", "tests": trials}
    (folder / "trials.yaml").write_text(yaml.safe_dump(document))
    done = subprocess.run(
        [promtool, "test", "rules", "trials.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_alert_has_a_case_of_each_kind() -> None:
    assert {name for name, _ in FIRING} == set(BY_NAME)
    assert {name for name, _ in QUIET} == set(BY_NAME)


def test_the_rules_are_fresh_and_prometheus_reads_them(promtool: str) -> None:
    assert RULES.read_text(encoding="utf-8") == describe_rules(), "stale: make generate"
    done = subprocess.run([promtool, "check", "rules", RULES], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    assert f"{len(ALERTS)} rules found" in done.stdout.decode()


def test_each_fires_and_says_what_is_wrong(promtool: str, tmp_path: Path) -> None:
    trials = [firing(BY_NAME[name], case) for name, case in FIRING]
    assert run_promtool(promtool, tmp_path, describe_rules(), trials) == ""


def test_each_is_quiet_when_nothing_is_wrong(promtool: str, tmp_path: Path) -> None:
    trials = [trial(BY_NAME[name], case, []) for name, case in QUIET]
    assert run_promtool(promtool, tmp_path, describe_rules(), trials) == ""


@pytest.mark.parametrize(("whole", "broken"), [("> 30\n", "> 30000\n"), ("for: 2m", "for: 0s")])
def test_a_rule_that_is_changed_fails(
    promtool: str, tmp_path: Path, whole: str, broken: str
) -> None:
    rules = describe_rules()
    assert whole in rules
    trials = [firing(BY_NAME[name], case) for name, case in FIRING]
    trials += [trial(BY_NAME[name], case, []) for name, case in QUIET]
    said = run_promtool(promtool, tmp_path, rules.replace(whole, broken), trials)
    assert "OmnistateLagOld" in said


def test_the_runbooks_address_is_a_setting() -> None:
    told = yaml.safe_load(describe_rules("https://wiki.example/omnistate"))
    urls = [rule["annotations"]["runbook_url"] for rule in told["groups"][0]["rules"]]
    assert urls == [f"https://wiki.example/omnistate#{alert.name.lower()}" for alert in ALERTS]


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    page = (ROOT / "docs/how-to/runbooks.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([A-Z]\w+)$", page, re.MULTILINE) == [alert.name for alert in ALERTS]


def test_alerts_and_dashboards_ask_for_metrics_that_there_are() -> None:
    asked = [alert.expression for alert in ALERTS]
    asked += [
        query.expression
        for dashboard in DASHBOARDS
        for panel in dashboard.panels
        for query in panel.queries
    ]
    names = {name for expression in asked for name in names_in(expression)}
    assert len(names) > 20
    assert names - known_metrics() == set()
