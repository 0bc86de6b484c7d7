"""`make bench`: omnistate beside what a user would take instead, on one broker, in one run.

python -m bench --only throughput,latency --rounds 3 --events 1000000
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from omnistate.stream.gc_tuning import tune_garbage_collection

from bench.benchmark_report import write_report
from bench.broker_fixture import BrokerFixture
from bench.contenders import ENTRIES, list_contenders
from bench.machine import describe_moment
from bench.mix import CONVERSATIONS, Mix
from bench.results import DEFAULT, Results
from bench.run_figures import FIGURES, Session
from tests.harness.broker import Broker

# What is tried for the peers takes as long as all the rest.
USUAL: Final = [name for name in FIGURES if name != "tuning"]


def numbers(text: str) -> list[int]:
    """Whole numbers with commas between."""
    return [int(each) for each in text.split(",")]


def some_of(known: Sequence[str]) -> Callable[[str], list[str]]:
    """A parser of names with commas between, all of them known."""

    def names(text: str) -> list[str]:
        wanted = text.split(",")
        if unknown := set(wanted) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(known)}")
        return wanted

    return names


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure omnistate beside its peers, on one broker."
    )
    parser.add_argument("--only", type=some_of([*FIGURES]), default=USUAL, metavar="FIGURES")
    parser.add_argument(
        "--contenders", type=some_of([each.name for each in ENTRIES]), default=[], metavar="NAMES"
    )
    events = int(os.environ.get("EVENTS") or 1_000_000)
    rounds = int(os.environ.get("ROUNDS") or 3)
    parser.add_argument("--events", type=int, default=events, help="of a backlog")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=30.0, help="at a steady rate")
    parser.add_argument("--open", type=numbers, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--growth-events", type=int, default=200_000)
    parser.add_argument("--partition-counts", type=numbers, default=[1, 4, 16, 64])
    parser.add_argument("--faust-rows", type=int, default=200_000)
    parser.add_argument("--faust-events", type=int, default=100_000)
    parser.add_argument("--tuning-events", type=int, default=300_000)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, help="of the day")
    parser.add_argument("--results", type=Path, default=DEFAULT, help="what is added to")
    return parser.parse_args(arguments)


def say(line: str) -> None:
    """Show progress."""
    print(line, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep the results."""
    given = read_options(arguments)
    # So that whatever was started is ended, and files are removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tune_garbage_collection()
    plan: dict[str, Any] = {**vars(given), "results": None}
    with (
        tempfile.TemporaryDirectory(prefix="omnistate-bench-") as name,
        Broker(heap="1g") as broker,
    ):
        folder = Path(name)
        contenders, missing = list_contenders(given.contenders, folder, given.faust_events)
        for contender, reason in missing.items():
            say(f"{contender} is left out: {reason}")
        session = Session(
            BrokerFixture(broker.bootstrap, broker.pid, folder),
            Mix(given.conversations),
            contenders,
            Results(given.results),
            given,
            say,
        )
        for figure in given.only:
            say(f"-- {figure}")
            began = describe_moment()
            session.results.put(figure, plan, began, FIGURES[figure](session))
            write_report(session.results, given.results.with_suffix(".md"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
