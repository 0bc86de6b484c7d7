"""`make live`: a contact centre on real Kafka and real Redis, and the board to watch it.

It prints the board's address and its token, then a line every few seconds. Ctrl-C ends all of it.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.demo.world import World

from deploy.live.live_centre import WORKERS, Centre, CentreFailed
from deploy.live.live_pace import quicken
from deploy.live.live_traffic import Traffic
from tests.harness.broker import BrokerFailed, BrokerUnavailable
from tests.harness.redis import RedisFailed, RedisUnavailable

REPORT_S: Final = 5.0


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="make live", description=__doc__.splitlines()[0])
    parser.add_argument("--speed", type=float, default=30, help="a day's seconds in one second")
    parser.add_argument("--conversations", type=int, default=3_000, help="in the whole day")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same people")
    parser.add_argument("--partitions", type=int, default=4, help="of each topic")
    parser.add_argument("--port", type=int, default=6066, help="the board's")
    given = parser.parse_args(arguments)
    if given.speed <= 0 or given.conversations <= 0 or given.partitions <= 0:
        parser.error("speed, conversations and partitions are above 0")
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C, or until the day is over; the exit status."""
    given = options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="omnistate-live-") as folder:
            return _run(given, Path(folder))
    except KeyboardInterrupt:
        print("\nEnded.")
        return 0
    except (
        BrokerFailed,
        BrokerUnavailable,
        CentreFailed,
        ClusterFailure,
        RedisFailed,
        RedisUnavailable,
    ) as error:
        print(f"make live: {error}", file=sys.stderr)
        return 1


def _run(given: argparse.Namespace, folder: Path) -> int:
    world = World(given.seed, given.conversations)
    configuration = quicken(world.configuration, given.speed)
    print(f"Starting Kafka, Redis and {len(WORKERS)} workers ...", flush=True)
    with Centre(folder, configuration, given.partitions, given.port) as centre:
        print(f"The board: {centre.board}\nIts token: {centre.token}", flush=True)
        ask = f"OMNISTATE_BROKERS={centre.brokers} omnistate router waiting support"
        print(f"What waits, and why: {ask}", flush=True)
        print(f"Kafka: {centre.brokers}   Logs: {folder}   Ctrl-C ends all of it.", flush=True)
        traffic = Traffic(Connection(brokers=centre.brokers), world, given.speed)
        return asyncio.run(_watch(traffic, centre))


async def _watch(traffic: Traffic, centre: Centre) -> int:
    """Run the day, and say how it goes."""
    running = asyncio.create_task(traffic.run())
    before, told_s = 0, time.monotonic()
    while not running.done():
        await asyncio.wait([running], timeout=REPORT_S)
        problem = centre.failed()
        if problem:
            running.cancel()
            raise CentreFailed(problem)
        now_s = time.monotonic()
        rate = (traffic.events - before) / (now_s - told_s)
        before, told_s = traffic.events, now_s
        print(
            f"{traffic.time_of_day}  {traffic.events:,} inputs ({rate:,.0f}/s), "
            f"{traffic.outputs:,} outputs seen, {traffic.given:,} given by the gate",
            flush=True,
        )
    running.result()
    print("The day is over.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
