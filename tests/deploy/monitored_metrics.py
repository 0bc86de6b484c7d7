"""Which metrics there are to ask Prometheus for, and which ones an expression names."""

import re
from typing import Final

from tests.documents.references import ROOT

OPERATION: Final = ROOT / "docs/reference/operation.md"
# Of every process, and Prometheus' own.
OTHERS: Final = {"process_cpu_seconds_total", "process_resident_memory_bytes", "up"}
_ROW: Final = re.compile(r"^\| `(omnistate_\w+)` \| (counter|gauge|histogram) \|", re.MULTILINE)
_NAME: Final = re.compile(r"\b(?:omnistate|process)_\w+|\bup\b")


def known_metrics() -> set[str]:
    """Every series' name, with those of a histogram's parts."""
    told = dict(_ROW.findall(OPERATION.read_text(encoding="utf-8")))
    parts = {f"{name}_bucket" for name, kind in told.items() if kind == "histogram"}
    return set(told) | parts | OTHERS


def names_in(expression: str) -> set[str]:
    """The metrics that an expression asks for; no label of ours begins as they do."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    return set(_NAME.findall(bare))
