"""`python -m tests.harness.redis`: a Redis in the foreground, for trials.

It ends with Ctrl-C or SIGTERM, and says one line when it is ready. Everybody on this machine may
write to it.
"""

import sys
from collections.abc import Sequence

from tests.harness.foreground import Foreground, make_parser, parse, serve
from tests.harness.redis.redis_server import RedisFailed, RedisServer, RedisUnavailable

WORDS = Foreground(
    "Redis", "Redis on {server.url}; data in {server.data}", (RedisFailed, RedisUnavailable)
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to end; the exit status."""
    parser = make_parser(
        "python -m tests.harness.redis", "Run a real Redis on 127.0.0.1 until Ctrl-C.", 6379
    )
    given = parse(parser, arguments)
    kept = {} if given.data is None else {"appendonly": "yes"}
    return serve(RedisServer(given.data, port=given.port, settings=kept), WORDS)


if __name__ == "__main__":
    sys.exit(main())
