"""`make bench`: omnistate beside what a user would take instead, on one broker, in one run.

python -m bench --only throughput --rounds 3 --events 1000000
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import lineup
from bench.mix import CONVERSATIONS, Mix
from bench.station import Station
from bench.throughput import Plan, measure_throughput
from deploy.broker import Broker
from workers.runtime.garbage import tune_garbage_collection

FIGURES = ("throughput",)


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default=",".join(FIGURES), help="figures, with commas")
    parser.add_argument("--contenders", default="", help="names, with commas; else everybody")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, help="of the day")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep the results."""
    given = options(arguments)
    tune_garbage_collection()
    mix = Mix(given.conversations)
    with (
        tempfile.TemporaryDirectory(prefix="omnistate-bench-") as folder,
        Broker(heap="1g") as broker,
    ):
        station = Station(broker.bootstrap, broker.pid, Path(folder))
        plan = Plan(given.events, given.rounds, given.partitions)
        chosen, missing = lineup.line_up(
            set(filter(None, given.contenders.split(","))), Path(folder)
        )
        for name, reason in missing.items():
            print(f"{name} is left out: {reason}", flush=True)
        measure_throughput(station, mix, chosen, plan, lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
