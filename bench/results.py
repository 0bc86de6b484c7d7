"""What was measured, figure by figure, in one JSON file.

A figure that is measured anew replaces what was there of it.
"""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.machine import describe_machine, describe_moment

DEFAULT: Final = Path(__file__).parents[1] / "docs" / "explanation" / "benchmark.json"

Json = dict[str, Any]


class Results:
    """The file; what is put is saved at once."""

    def __init__(self, path: Path = DEFAULT) -> None:
        self.path = path
        self.found: Json = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def put(self, figure: str, plan: Json, began: Json, measured: Json) -> None:
        """Keep a figure with how and when it was measured."""
        self.found["machine"] = describe_machine()
        kept = {"plan": plan, "began": began, "ended": describe_moment(), "measured": measured}
        self.found.setdefault("figures", {})[figure] = kept
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")

    def get(self, figure: str) -> Json:
        """What was measured of a figure; empty where it was not."""
        found: Json = self.found.get("figures", {}).get(figure, {}).get("measured", {})
        return found


def median_of(rounds: Sequence[Json], name: str) -> float | None:
    """The median of a figure over the rounds; None where nobody has it."""
    found = [each[name] for each in rounds if each.get(name) is not None]
    return statistics.median(found) if found else None


def spread_of(rounds: Sequence[Json], name: str) -> tuple[float, float] | None:
    """The least and the most of a figure over the rounds."""
    found = [each[name] for each in rounds if each.get(name) is not None]
    return (min(found), max(found)) if found else None
