"""Pictures of the dashboards, drawn from Prometheus' answers to the same definitions.

    python -m deploy.monitoring.pictures FOLDER --prometheus http://localhost:9090 --minutes 15

A small renderer for the documents and for trials; it is not Grafana, and looks like itself.
"""

import argparse
import json
import math
import re
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import matplotlib as mpl
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from deploy.monitoring.panels import DASHBOARDS
from deploy.monitoring.questions import Dashboard, Panel

POINTS: Final = 240
TIMEOUT_S: Final = 30
COLUMNS: Final = 2
MOST_IN_LEGEND: Final = 10
STYLE: Final[dict[Any, Any]] = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.2,
}


class Line(NamedTuple):
    """One series: its legend, and a value for each moment (seconds since the epoch)."""

    legend: str
    times_s: list[float]
    values: list[float]


def ask(prometheus: str, path: str, **parameters: object) -> list[dict[str, Any]]:
    """What Prometheus answers to a query. Raises OSError, and ValueError where it refuses."""
    url = f"{prometheus}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
        document = json.load(answer)
    if document["status"] != "success":
        raise ValueError(document.get("error", "refused"))
    found: list[dict[str, Any]] = document["data"]["result"]
    return found


def read_panel(prometheus: str, panel: Panel, start_s: float, end_s: float) -> list[Line]:
    """The lines of a diagram between two times, in the order of its queries."""
    step = max(1, round((end_s - start_s) / POINTS))
    lines = []
    for query in panel.queries:
        span = {"start": start_s, "end": end_s, "step": step}
        for series in ask(prometheus, "query_range", query=query.expression, **span):
            legend = fill_legend(query.legend, series["metric"])
            lines.append(_line(legend, series["values"], step))
    return lines


def _line(legend: str, points: list[tuple[float, str]], step: float) -> Line:
    """A line that is broken where there was nothing."""
    line = Line(legend, [], [])
    for time_s, text in points:
        if line.times_s and time_s - line.times_s[-1] > 1.5 * step:
            line.times_s.append(line.times_s[-1] + step)
            line.values.append(math.nan)
        line.times_s.append(time_s)
        line.values.append(float(text))
    return line


def fill_legend(legend: str, labels: Mapping[str, str]) -> str:
    """The legend with the labels' values in place of {{label}}."""
    filled = re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend)
    return filled.strip() or "none"


def draw(dashboard: Dashboard, prometheus: str, start_s: float, end_s: float, file: Path) -> None:
    """Write a PNG of the dashboard between two times."""
    rows = -(-len(dashboard.panels) // COLUMNS)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(14, 2.2 * rows), layout="constrained")
        figure.suptitle(dashboard.title, fontsize=11, x=0.01, ha="left")
        places = list(figure.subplots(rows, COLUMNS, squeeze=False).flat)
        for place in places[len(dashboard.panels) :]:
            place.set_axis_off()
        for place, panel in zip(places, dashboard.panels, strict=False):
            _draw_panel(place, panel, read_panel(prometheus, panel, start_s, end_s))
        figure.savefig(file, dpi=90)


def _draw_panel(place: Any, panel: Panel, lines: list[Line]) -> None:
    for line in lines:
        moments = [datetime.fromtimestamp(moment, UTC) for moment in line.times_s]
        place.plot(moments, line.values, label=line.legend)
    unit = {"s": " (s)", "reqps": " (a second)", "percentunit": " (share)"}.get(panel.unit, "")
    place.set_title(f"{panel.title}{unit}")
    place.set_ylim(bottom=0)
    place.tick_params(axis="x", labelrotation=0)
    locator: Any = AutoDateLocator  # without types, as is what it makes
    formatter: Any = ConciseDateFormatter
    place.xaxis.set_major_formatter(formatter(locator(maxticks=6)))
    handles, labels = place.get_legend_handles_labels()
    if handles:
        place.legend(
            *(handles[:MOST_IN_LEGEND], labels[:MOST_IN_LEGEND]),
            fontsize=6,
            frameon=False,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
        )


def main(arguments: list[str]) -> int:
    """Draw every dashboard of the last minutes."""
    parser = argparse.ArgumentParser(prog="python -m deploy.monitoring.pictures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prometheus", default="http://localhost:9090")
    parser.add_argument("--minutes", type=float, default=15)
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    end_s = time.time()
    for dashboard in DASHBOARDS:
        file = given.folder / f"dashboard-{dashboard.name}.png"
        draw(dashboard, given.prometheus, end_s - given.minutes * 60, end_s, file)
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
