"""Rows of service figures as the figures worker writes them, for the read API.

The one place that knows the fields of `omnistate:figures:<window_seconds>:<workstream>:<queue>`:
`current_…` and `previous_…`, one row each; see `omnistate.projections.figures.row_publication`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from omnistate_schemas.read_api import FiguresRow

SPANS: Final = ("current", "previous")


def figures_rows(window_seconds: int, fields: Mapping[str, str]) -> Iterator[FiguresRow]:
    """The rows of one hash; none of one that has gone meanwhile."""
    for span in SPANS:
        members: dict[str, Any] = {
            name.removeprefix(f"{span}_"): value
            for name, value in fields.items()
            if name.startswith(f"{span}_")
        }
        start = members.pop("start", None)
        if start:
            yield FiguresRow(
                window_seconds=window_seconds,
                span=span,
                start=start,
                workstream_id=fields["workstream_id"],
                queue_id=fields["queue_id"],
                **{name: float(value) if value else None for name, value in members.items()},
            )
