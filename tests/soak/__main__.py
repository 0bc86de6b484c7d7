"""`make soak`: steady load, workers that come and go, and the slopes of what must stay flat.

Exit status 0 where every figure is flat within its noise and every law held, else 1.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.soak.soak_run import Soak
from tests.soak.trend import find_trend


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit status."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=300.0, help="inputs a second")
    parser.add_argument("--churn", type=float, default=20.0, metavar="SECONDS")
    parser.add_argument("--samples", type=Path, metavar="FILE", help="write them there as JSON")
    given = parser.parse_args(arguments)
    # Of a worker that is gone they would say a line every few milliseconds.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True, width=120)
    with tempfile.TemporaryDirectory(prefix="omnistate-soak-") as folder:
        soak = Soak(
            *(Path(folder), given.seed, given.rate, given.churn),
            lambda line: console.print(line, markup=False),
        )
        asyncio.run(soak.run(given.minutes * 60))
    if given.samples is not None:
        given.samples.write_text(json.dumps(soak.samples))
    return _conclude(soak, console)


def _conclude(soak: Soak, console: Console) -> int:
    table = Table("what", "samples", "mean", "an hour", "in all", "noise", "", box=None)
    for column in table.columns[1:6]:
        column.justify = "right"
    flat = True
    for name, samples in sorted(soak.samples.items()):
        trend = find_trend(samples)
        if trend is None:
            table.add_row(name, str(len(samples)), "", "", "", "", "too few")
            continue
        flat &= trend.flat
        figures = (trend.mean, trend.per_hour, trend.growth, trend.noise)
        verdict = "flat" if trend.flat else "GROWS"
        table.add_row(name, str(len(samples)), *(f"{each:.2f}" for each in figures), verdict)
    console.print(table)
    for sentence in soak.violations:
        console.print(f"VIOLATION: {sentence}", markup=False)
    console.print(f"{len(soak.violations)} violations")
    return int(bool(soak.violations) or not flat)


if __name__ == "__main__":
    sys.exit(main())
