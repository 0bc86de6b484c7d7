"""Two charts of the results, as SVG: the pace of everybody, and latency beside the round trip."""

from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.results import Results, median_of, spread_of

OURS, THEIRS, LIMIT = "#2e9e5b", "#8a94a6", "#d3d8e0"
LIMITS: Final = {"bare", "read-only"}
PERCENTILES: Final = {"p50_ms": "p50", "p99_ms": "p99", "p999_ms": "p99.9"}

Json = dict[str, Any]


def draw_charts(results: Results, labels: dict[str, str], folder: Path) -> list[str]:
    """Write what there is to draw; the files' names."""
    drawn = []
    style: Any = {
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        # The same results make the same file, and text stays text.
        "svg.hashsalt": "omnistate",
        "svg.fonttype": "none",
    }
    with mpl.rc_context(style):
        paces: Json = results.get("throughput").get("contenders", {})
        if any(paces.values()):
            drawn.append(_draw_paces(paces, labels, folder / "benchmark-throughput.svg"))
        slow: Json = results.get("latency").get("slow", {})
        if any(slow.values()):
            drawn.append(_draw_latency(slow, labels, folder / "benchmark-latency.svg"))
    return drawn


def _draw_paces(paces: Json, labels: dict[str, str], path: Path) -> str:
    names = [name for name in paces if paces[name]]
    names.sort(key=lambda name: median_of(paces[name], "per_s") or 0)
    figure = Figure(figsize=(9, 0.5 * len(names) + 1), layout="constrained")
    axes = figure.subplots()
    for row, name in enumerate(names):
        middle = median_of(paces[name], "per_s") or 0
        least, most = spread_of(paces[name], "per_s") or (middle, middle)
        axes.barh(row, middle, color=_colour(name), height=0.65)
        axes.plot([least, most], [row, row], color="#333333", linewidth=1)
        axes.text(most, row, f"  {middle:,.0f}", va="center")
    axes.set_yticks(range(len(names)), [labels.get(name, name) for name in names])
    axes.set_title("Events a second on a backlog, one process (line: all rounds)", loc="left")
    _finish(axes)
    axes.margins(x=0.12)
    figure.savefig(path, metadata={"Date": None})
    return path.name


def _draw_latency(slow: Json, labels: dict[str, str], path: Path) -> str:
    names = [name for name in slow if slow[name]]
    names.sort(key=lambda name: median_of(slow[name], "p50_ms") or 0, reverse=True)
    figure = Figure(figsize=(9, 0.75 * len(names) + 1.2), layout="constrained")
    axes = figure.subplots()
    for row, name in enumerate(names):
        for part, (key, text) in enumerate(PERCENTILES.items()):
            value = median_of(slow[name], key) or 0
            place = row + (1 - part) * 0.27
            alpha = 1 - 0.3 * part
            axes.barh(place, value, color=_colour(name), alpha=alpha, height=0.25)
            axes.text(value, place, f"  {text} {value:,.1f} ms", va="center", fontsize=8)
    axes.set_yticks(range(len(names)), [labels.get(name, name) for name in names])
    axes.set_title("From an input's append to its readable change, 1,000 events/s", loc="left")
    _finish(axes)
    axes.margins(x=0.2)
    figure.savefig(path, metadata={"Date": None})
    return path.name


def _colour(name: str) -> str:
    if name == "omnistate":
        return OURS
    return LIMIT if name in LIMITS else THEIRS


def _finish(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(axis="x", alpha=0.25)
    axes.set_axisbelow(True)
