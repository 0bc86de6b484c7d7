"""The dashboards as Grafana reads them: `python -m deploy.monitoring.dashboards`.

It writes a JSON file for each into the folder dashboards, with `--check` only compares. Grafana
itself was not to be had where this was written: only the queries are tested, on a real Prometheus.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from deploy.monitoring.panels import DASHBOARDS
from deploy.monitoring.questions import Dashboard, Panel

FOLDER: Final = Path(__file__).with_name("dashboards")
SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
# Grafana's grid has 24 columns.
WIDTH: Final = 12
HEIGHT: Final = 8


def describe_dashboard(dashboard: Dashboard) -> dict[str, Any]:
    """One dashboard, two diagrams a row; whoever imports it chooses the Prometheus."""
    return {
        "uid": f"omnistate-{dashboard.name}",
        "title": dashboard.title,
        "tags": ["omnistate"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]
        },
        "panels": [_describe(number, panel) for number, panel in enumerate(dashboard.panels)],
    }


def _describe(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, 2)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": SOURCE,
                "expr": query.expression,
                "legendFormat": query.legend,
            }
            for place, query in enumerate(panel.queries)
        ],
    }


def main(arguments: list[str]) -> int:
    """Write the files, or compare them: then 1 where one is stale."""
    stale = 0
    for dashboard in DASHBOARDS:
        file = FOLDER / f"{dashboard.name}.json"
        text = json.dumps(describe_dashboard(dashboard), indent=1) + "\n"
        if "--check" not in arguments:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
