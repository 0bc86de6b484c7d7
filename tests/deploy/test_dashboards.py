"""The dashboards' files: fresh, whole, and each of their questions one that Prometheus reads."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from deploy.monitoring.dashboards import FOLDER, WIDTH, describe_dashboard
from deploy.monitoring.panels import DASHBOARDS
from deploy.monitoring.questions import Panel
from tests.harness.machine import give_up

PANELS: Final = [panel for dashboard in DASHBOARDS for panel in dashboard.panels]


def test_the_files_are_fresh() -> None:
    for dashboard in DASHBOARDS:
        text = (FOLDER / f"{dashboard.name}.json").read_text(encoding="utf-8")
        assert json.loads(text) == describe_dashboard(dashboard), "stale: make generate"
    assert {file.stem for file in FOLDER.glob("*")} == {each.name for each in DASHBOARDS}


def test_every_panel_has_its_own_place_title_and_number() -> None:
    for dashboard in DASHBOARDS:
        panels: list[dict[str, Any]] = describe_dashboard(dashboard)["panels"]
        for member in ("id", "title"):
            assert len({panel[member] for panel in panels}) == len(panels)
        places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
        assert len(places) == len(panels)
        assert {x for x, _ in places} <= {0, WIDTH}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_a_legend_names_only_labels_that_the_answer_has(panel: Panel) -> None:
    for query in panel.queries:
        named = {part.partition("}}")[0] for part in query.legend.split("{{")[1:]}
        kept = query.expression.partition("by (")[2].partition(")")[0]
        if "le" not in kept:
            assert named <= {label.strip() for label in kept.split(",")}, query


def test_prometheus_reads_every_query(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        give_up("no promtool: apt-get install prometheus")
    queries = [query.expression for panel in PANELS for query in panel.queries]
    rules = [{"record": f"query:{number}", "expr": each} for number, each in enumerate(queries)]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
