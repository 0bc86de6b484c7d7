"""The picture of the day: conversations by status, and occupied capacity, over time.

Drawn from samples that were gathered before; it is the only module that knows matplotlib.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.dates import DateFormatter, HourLocator
from matplotlib.figure import Figure

from omnistate.demo.day_figures import Sample

COLOURS: Final = {
    "scheduled": "#b0b7c3",
    "open": "#f2b134",
    "active": "#2e9e5b",
    "waiting": "#3aa6c9",
    "wrap_up": "#a561c2",
    "resolved": "#4a6fd4",
}


def draw_day(samples: list[Sample], total_units: int, path: Path) -> None:
    """Write the picture (PNG or SVG by the ending). `total_units` is everybody's limit."""
    # No registry of figures and no window: a bare Figure draws where there is no display.
    with mpl.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(11, 7), dpi=110, layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        times = [datetime.fromtimestamp(sample.at_ms / 1_000, UTC) for sample in samples]
        series = [[sample.by_status.get(name, 0) for sample in samples] for name in COLOURS]
        labels = [name.replace("_", "-") for name in COLOURS]
        upper.stackplot(times, series, labels=labels, colors=list(COLOURS.values()), step="post")
        upper.set_ylabel("conversations")
        upper.set_title("Conversations by status (closed ones left out)", loc="left")
        upper.legend(loc="upper left", ncols=len(COLOURS), frameon=False)
        # Room above the highest stack, so that the legend hides nothing.
        upper.set_ylim(
            0, 1.18 * max((sum(column) for column in zip(*series, strict=True)), default=1)
        )
        occupied = [sample.occupied_units for sample in samples]
        lower.fill_between(times, occupied, step="post", color="#2e9e5b", alpha=0.35)
        lower.step(times, occupied, where="post", color="#2e9e5b", label="occupied units")
        lower.set_ylim(0, 1.15 * max(occupied, default=1))
        lower.set_ylabel("units")
        lower.set_xlabel("hour (UTC)")
        lower.set_title(f"Occupied capacity, of {total_units:,} units in all", loc="left")
        lower.xaxis.set_major_locator(HourLocator(interval=2))  # type: ignore[no-untyped-call]
        lower.xaxis.set_major_formatter(DateFormatter("%H:%M", tz=UTC))  # type: ignore[no-untyped-call]
        lower.margins(x=0)
        for axes in (upper, lower):
            axes.grid(axis="y", alpha=0.25)
        figure.savefig(path)
