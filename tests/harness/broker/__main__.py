"""`make broker`: a Kafka in the foreground, for trials.

It ends with Ctrl-C or SIGTERM, and says one line when it is ready. It is a broker for one machine's
trials: everybody on that machine may write to it.
"""

import sys
from collections.abc import Sequence

from tests.harness.broker import jars
from tests.harness.broker.broker import Broker
from tests.harness.broker.broker_storage import BrokerFailed
from tests.harness.broker.jars import BrokerUnavailable
from tests.harness.foreground import Foreground, make_parser, parse, serve

WORDS = Foreground(
    "broker",
    f"Kafka {jars.VERSION} on {{server.bootstrap}}; data in {{server.data}}",
    (BrokerFailed, BrokerUnavailable),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to end; the exit status."""
    parser = make_parser("make broker", "Run a real Kafka on 127.0.0.1 until Ctrl-C.", 9092)
    parser.add_argument("--heap", default="1g", help="Java's heap, such as 1g")
    parser.add_argument(
        "--until-pid", type=int, metavar="PID", help="end when that process has ended, too"
    )
    given = parse(parser, arguments)
    if not jars.cache().is_dir():
        sys.stderr.write(f"Fetching Kafka {jars.VERSION} (once) ...\n")
    return serve(Broker(given.data, port=given.port, heap=given.heap), WORDS, given.until_pid)


if __name__ == "__main__":
    sys.exit(main())
