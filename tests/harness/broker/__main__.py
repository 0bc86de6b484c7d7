"""`make broker`: a Kafka in the foreground, for trials.

It ends with Ctrl-C or SIGTERM, and says one line when it is ready. It is a broker for one machine's
trials: everybody on that machine may write to it.
"""

import argparse
import os
import select
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.harness.broker import jars
from tests.harness.broker.broker import Broker
from tests.harness.broker.broker_storage import BrokerFailed
from tests.harness.broker.jars import BrokerUnavailable


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="make broker", description="Run a real Kafka on 127.0.0.1 until Ctrl-C."
    )
    parser.add_argument(
        "--port", type=int, default=9092, help="where it serves; 0 for any free port"
    )
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="what to keep; else a temporary folder"
    )
    parser.add_argument("--heap", default="1g", help="Java's heap, such as 1g")
    parser.add_argument(
        "--until-pid", type=int, metavar="PID", help="end when that process has ended, too"
    )
    given = parser.parse_args(arguments)
    if not 0 <= given.port <= 65535:
        parser.error("a port is at most 65535")
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to end; the exit code."""
    given = options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    broker = Broker(given.data, port=given.port, heap=given.heap)
    try:
        return _run(broker, given.until_pid)
    except KeyboardInterrupt:
        return 0
    except (BrokerFailed, BrokerUnavailable) as error:
        print(f"No broker: {error}", file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        broker.close()


def _run(broker: Broker, until_pid: int | None) -> int:
    waiting = []
    if until_pid is not None:
        try:
            waiting.append(os.pidfd_open(until_pid))
        except ProcessLookupError:
            return 0
    if not jars.cache().is_dir():
        print(f"Fetching Kafka {jars.VERSION} (once) ...", file=sys.stderr)
    broker.start()
    print(
        f"Kafka {jars.VERSION} on {broker.bootstrap}; data in {broker.data}; Ctrl-C ends it",
        flush=True,
    )
    select.select([*waiting, os.pidfd_open(broker.pid)], [], [])
    if broker.running:
        return 0
    raise BrokerFailed(f"Kafka ended by itself: {broker.last_words()}")


if __name__ == "__main__":
    sys.exit(main())
