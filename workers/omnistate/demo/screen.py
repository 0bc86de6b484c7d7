"""The live screen of the demo: statuses, representatives' load, changes scrolling by.

It renders what `figures` has gathered. Without a terminal it is a plain line an hour.
"""

from collections import deque
from typing import Any, Final

from omnistate_schemas.times import format_time
from rich.console import Console, Group
from rich.layout import Layout
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from omnistate.core.conversation.sentences import RULE_SENTENCES
from omnistate.demo.day_figures import Figures

Event = dict[str, Any]
STATUSES: Final = ("scheduled", "open", "active", "waiting", "wrap_up", "resolved", "closed")
COLOURS: Final = {
    "scheduled": "bright_black",
    "open": "yellow",
    "active": "green",
    "waiting": "cyan",
    "wrap_up": "magenta",
    "resolved": "blue",
    "closed": "bright_black",
}
CHANGED: Final = "conversation.state_changed"
CHANGES_KEPT: Final = 60
HOUR_MS: Final = 3_600_000


class Screen:
    """One frame at a time; `render` is what a rich Live shows."""

    def __init__(
        self, figures: Figures, limits: dict[str, int], start_ms: int, end_ms: int
    ) -> None:
        """`limits` are the representatives' units."""
        self._figures = figures
        self._limits = limits
        self._start_ms = start_ms
        self._end_ms = end_ms
        self._changes: deque[Event] = deque(maxlen=CHANGES_KEPT)

    def read(self, events: list[Event]) -> None:
        """Take new outputs in."""
        self._changes.extend(event for event in events if event["type"] == CHANGED)

    def render(self, now_ms: int, inputs: int, height: int) -> Layout:
        """The frame at a simulated instant."""
        layout = Layout()
        body = Layout(name="body")
        layout.split_column(Layout(self._render_clock(now_ms, inputs), size=3), body)
        left = Layout(size=46)
        left.split_column(
            Layout(self._render_statuses(), size=len(STATUSES) + 2), self._render_load(height - 12)
        )
        body.split_row(left, self._render_changes(height - 5))
        return layout

    def _render_clock(self, now_ms: int, inputs: int) -> Panel:
        row = Table.grid(expand=True, padding=(0, 2))
        row.add_column(no_wrap=True)
        row.add_column(ratio=1)
        row.add_column(justify="right", no_wrap=True)
        done = now_ms - self._start_ms
        bar = ProgressBar(total=self._end_ms - self._start_ms, completed=done)
        row.add_row(f"{describe_clock(now_ms)} UTC", bar, f"{inputs:,} inputs")
        return Panel(row, title="omnistate demo: a contact centre's day")

    def _render_statuses(self) -> Panel:
        table = Table.grid(expand=True, padding=(0, 1))
        table.add_column(width=10)
        table.add_column(justify="right", width=6)
        table.add_column(ratio=1)
        counts = self._figures.statuses
        most = max((counts[name] for name in STATUSES if name != "closed"), default=0) or 1
        for name in STATUSES:
            length = 0 if name == "closed" else round(22 * counts[name] / most)
            table.add_row(
                Text(name.replace("_", "-"), COLOURS[name]),
                f"{counts[name]:,}",
                Text("█" * length, COLOURS[name]),
            )
        return Panel(table, title="conversations")

    def _render_load(self, rows: int) -> Panel:
        table = Table.grid(expand=True, padding=(0, 1))
        table.add_column(width=12, no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(justify="right", width=8)
        units = self._figures.units
        for who, limit in list(self._limits.items())[: max(rows, 1)]:
            occupied = units.get(who, 0)
            filled = round(18 * min(occupied, limit) / limit) if limit else 0
            colour = "red" if occupied > limit else "green"
            bar = Text("█" * filled, colour) + Text("░" * (18 - filled), "bright_black")
            table.add_row(who, bar, f"{occupied}/{limit}")
        return Panel(table, title="representatives' occupied units")

    def _render_changes(self, rows: int) -> Panel:
        lines = [describe_change(event) for event in list(self._changes)[-max(rows, 1) :]]
        return Panel(Group(*lines), title="changes")


def describe_clock(at_ms: int) -> str:
    """Hours, minutes and seconds of a simulated instant."""
    return format_time(at_ms)[11:19]


def describe_change(event: Event) -> Text:
    """One change as a line: when, which conversation, which rule, what it means."""
    data = event["data"]
    line = Text(f"{event['time'][11:19]} ", no_wrap=True, overflow="ellipsis")
    line.append(f"{data['conversation_id']:<14} ", "bold")
    line.append(f"{data['rule']:<4}", COLOURS[data["status"]])
    line.append(f" {RULE_SENTENCES[data['rule']]}")
    return line


class Hourly:
    """The screen of a pipe: a plain line each simulated hour."""

    def __init__(self, console: Console, figures: Figures, start_ms: int) -> None:
        """The first line comes an hour after the start."""
        self._console = console
        self._figures = figures
        self._next_ms = start_ms + HOUR_MS

    def pass_time(self, now_ms: int) -> None:
        """Print the lines of the hours that have passed."""
        while self._next_ms <= now_ms:
            counts = self._figures.statuses
            words = [f"{name.replace('_', '-')} {counts[name]}" for name in STATUSES]
            occupied = sum(self._figures.units.values())
            line = f"{describe_clock(self._next_ms)}  {'  '.join(words)}  occupied units {occupied}"
            self._console.print(line, highlight=False, soft_wrap=True)
            self._next_ms += HOUR_MS
