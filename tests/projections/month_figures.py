"""What `omnistate figures` prints of a month, in the words in which the month counts itself."""

import json
from collections.abc import Iterable
from typing import Any

from omnistate.projections.figures.spans import SPAN_FIGURES

Rows = dict[tuple[str, str], dict[str, int]]


def read_rows(lines: Iterable[str], by: str) -> Rows:
    """By day and id, without zeros; what is a ratio is held to what it is made of."""
    found: Rows = {}
    for row in map(json.loads, lines):
        own = {name: number for name in SPAN_FIGURES if (number := _number(row, name))}
        found[row["from"], row[f"{by}_id"]] = own
        _check_ratios(row)
    return {place: own for place, own in found.items() if own}


def _number(row: dict[str, Any], name: str) -> int:
    if name.endswith("_ms"):
        seconds: float = row[f"{name.removesuffix('_ms')}_seconds"]
        return round(seconds * 1_000)
    return int(row[name])


def _check_ratios(row: dict[str, Any]) -> None:
    ratios = {
        "service_level": ("accepted_in_time", "accepted", 1),
        "average_answer_seconds": ("answer_ms", "accepted", 1_000),
        "average_handle_seconds": ("handle_ms", "handled", 1_000),
        "average_wrap_up_seconds": ("wrap_up_ms", "wrapped_up", 1_000),
    }
    for name, (part, whole, scale) in ratios.items():
        by = _number(row, whole) * scale
        assert row[name] == (round(_number(row, part) / by, 6) if by else None), (name, row)
