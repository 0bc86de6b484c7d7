"""`python -m tests.harness.redis`: a Redis in the foreground, for trials.

It ends with Ctrl-C or SIGTERM, and says one line when it is ready. Everybody on this machine may
write to it.
"""

import argparse
import os
import select
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.harness.redis.redis_server import RedisFailed, RedisServer, RedisUnavailable


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.harness.redis",
        description="Run a real Redis on 127.0.0.1 until Ctrl-C.",
    )
    parser.add_argument(
        "--port", type=int, default=6379, help="where it serves; 0 for any free port"
    )
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="what to keep; else nothing is kept"
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
    kept = {} if given.data is None else {"appendonly": "yes"}
    server = RedisServer(given.data, port=given.port, settings=kept)
    try:
        server.start()
        print(f"Redis on {server.url}; data in {server.data}; Ctrl-C ends it", flush=True)
        select.select([os.pidfd_open(server.pid)], [], [])
    except KeyboardInterrupt:
        return 0
    except (RedisFailed, RedisUnavailable) as error:
        print(f"No Redis: {error}", file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        server.close()
    print("Redis ended by itself", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
