"""Which metrics there are to ask Prometheus for, and which ones an expression names."""

import re
from typing import Final

from tests.documents.references import ROOT

OPERATION: Final = ROOT / "docs/reference/operation.md"
# Of every process, and Prometheus' own.
OTHERS: Final = {"process_cpu_seconds_total", "process_resident_memory_bytes", "up"}
# The lag worker's, as the contract names them.
EXPORTED: Final = {
    "omnistate_group_lag_records",
    "omnistate_group_lag_seconds",
    "omnistate_retention_ratio",
    "omnistate_group_members",
    "omnistate_lag_measured_timestamp_seconds",
}
_ROW: Final = re.compile(r"^\| `(omnistate_\w+)` \| (counter|gauge|histogram) \|", re.MULTILINE)
_NAME: Final = re.compile(r"\b(?:omnistate|process)_\w+|\bup\b")


def known_metrics() -> set[str]:
    """Every series' name, with those of a histogram's parts."""
    told = dict(_ROW.findall(OPERATION.read_text(encoding="utf-8")))
    parts = {f"{name}_bucket" for name, kind in told.items() if kind == "histogram"}
    return set(told) | parts | OTHERS | EXPORTED


def names_in(expression: str) -> set[str]:
    """The metrics that an expression asks for; no label of ours begins as they do."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    return set(_NAME.findall(bare))
