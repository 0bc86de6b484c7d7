"""Service figures of a span as a table and as JSON; what they mean is not its business."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Final

from omnistate_schemas.times import format_time
from rich.console import Console
from rich.table import Table
from rich.text import Text

from omnistate.cli.command_end import printable
from omnistate.projections.figures.segment_figures import By
from omnistate.projections.figures.spans import SpanRow

# What the table shows: its heads, and the figures behind them.
COLUMNS: Final = {
    "offered": "offered",
    "accepted": "accepted",
    "left": "left_waiting",
    "level": "service_level",
    "answer s": "average_answer_seconds",
    "declines": "declines",
    "handled": "handled",
    "handle s": "average_handle_seconds",
    "talk s": "talk_seconds",
    "hold s": "hold_seconds",
    "wrap-up s": "wrap_up_seconds",
    "transfers": "transfers",
}
PIPE_WIDTH: Final = 240


def format_lines(rows: Iterable[SpanRow], by: By) -> Iterator[str]:
    """A JSON object for each row, with every figure; an average of nothing is null."""
    for row in rows:
        named = {
            "from": format_time(row.period.from_ms),
            "to": format_time(row.period.to_ms),
            f"{by}_id": row.id or None,
        }
        yield json.dumps({**named, **row.members()})


def print_table(rows: Iterable[SpanRow], by: By) -> None:
    """A line for each row; who is in no queue, and an average of nothing, is `-`."""
    table = Table("from", by, box=None, pad_edge=False)
    for head in COLUMNS:
        table.add_column(head, justify="right")
    for row in rows:
        members = row.members()
        cells = [_format_number(name, members[name]) for name in COLUMNS.values()]
        table.add_row(
            format_time(row.period.from_ms), Text(printable(row.id) if row.id else "-"), *cells
        )
    # A pipe has no width: rows stay on one line there.
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    Console(width=None if is_terminal else PIPE_WIDTH).print(table)


def _format_number(name: str, number: float | None) -> str:
    if number is None:
        return "-"
    if name == "service_level":
        return f"{number:.1%}"
    return f"{number:.1f}" if name.endswith("_seconds") else str(number)
