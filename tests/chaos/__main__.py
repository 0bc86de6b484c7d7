"""`make chaos`: break workers, the broker and Redis at random, and look at what is left.

The same seed draws the same faults. Exit status 0 where every law held, 1 where one did not.
"""

import argparse
import asyncio
import json
import logging
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.chaos.faults import FAULTS, list_faults
from tests.chaos.rounds import Options, Run
from tests.harness.broker import BrokerFailed, BrokerUnavailable
from tests.harness.broker.cluster import NODES
from tests.harness.command import COMPILED
from tests.harness.redis import RedisFailed, RedisUnavailable

WIDTH = 150


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=300, help="inputs a second")
    parser.add_argument("--nodes", type=int, choices=(1, NODES), default=1, help="of Kafka")
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="where figures go, too")
    parser.add_argument(
        "--kinds", metavar="NAME,NAME", default="", help=f"only these of: {', '.join(FAULTS)}"
    )
    parser.add_argument("--compiled", action="store_true", help="break what `make compiled` made")
    given = parser.parse_args(arguments)
    if given.compiled and not COMPILED.exists():
        parser.error("nothing is compiled: make compiled")
    given.kinds = [name.strip() for name in given.kinds.split(",") if name.strip()]
    unknown = [name for name in given.kinds if name not in list_faults(given.nodes)]
    if unknown:
        parser.error(f"there is no fault {unknown[0]!r} of {given.nodes} node(s)")
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code."""
    given = options(arguments)
    # Of a broker that is gone they would say a line every few milliseconds.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True, width=WIDTH)
    folder = Path(tempfile.mkdtemp(prefix="omnistate-chaos-"))
    run = Run(
        Options(
            given.rounds,
            given.seed,
            given.rate,
            given.kinds,
            nodes=given.nodes,
            compiled=given.compiled,
        ),
        folder,
        lambda line: console.print(line, markup=False),
    )
    status, kept = 1, True
    try:
        asyncio.run(_run_until_told(run))
        kept = bool(run.figures.violations)
        status = int(kept)
    except (KeyboardInterrupt, asyncio.CancelledError):
        kept = False
        console.print("interrupted")
    except (BrokerFailed, BrokerUnavailable, RedisFailed, RedisUnavailable) as error:
        kept = False
        console.print(f"No broker, or no Redis: {error}")
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    _conclude(run, given, console)
    if kept:
        console.print(f"Logs of the workers and the broker's data: {folder}")
    return status


async def _run_until_told(run: Run) -> None:
    """Run, or end in order at the first signal; further ones do not disturb the end."""
    running = asyncio.ensure_future(run.run())
    told: list[int] = []

    def end(number: int) -> None:
        if not told:
            told.append(number)
            running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    await running


def _conclude(run: Run, given: argparse.Namespace, console: Console) -> None:
    console.print()
    run.figures.print_on(console)
    for sentence in run.figures.unasked_ends:
        console.print(f"- {sentence}", markup=False)
    engine = f" --nodes {given.nodes}" if given.nodes > 1 else ""
    engine += " --compiled" if given.compiled else ""
    kinds = f' --kinds "{",".join(given.kinds)}"' if given.kinds else ""
    console.print(
        f"again: python -m tests.chaos --rounds {given.rounds} --seed {given.seed}"
        f" --rate {given.rate:g}{kinds}{engine}"
    )
    if given.report is not None:
        given.report.write_text(json.dumps(run.figures.summarise(), indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
