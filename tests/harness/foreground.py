"""A server in the foreground, for trials: until Ctrl-C, SIGTERM, its own end, or another's."""

import argparse
import os
import select
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.harness.server import Server


class Foreground(NamedTuple):
    """What is said of a server, in words."""

    name: str
    described: str
    failures: tuple[type[Exception], ...]


def make_parser(program: str, description: str, port: int) -> argparse.ArgumentParser:
    """The options of every server."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument(
        "--port", type=int, default=port, help="where it serves; 0 for any free port"
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="what to keep; else nothing is")
    return parser


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options given; a port that cannot be is refused."""
    given = parser.parse_args(arguments)
    if not 0 <= given.port <= 65535:
        parser.error("a port is at most 65535")
    return given


def serve(server: Server, words: Foreground, until_pid: int | None = None) -> int:
    """Start it, say one line when it is ready, and leave nothing of it; the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        waiting = [] if until_pid is None else [os.pidfd_open(until_pid)]
        server.start()
        sys.stdout.write(f"{words.described.format(server=server)}; Ctrl-C ends it\n")
        sys.stdout.flush()
        select.select([*waiting, os.pidfd_open(server.pid)], [], [])
        if server.running:
            return 0
        sys.stderr.write(f"{words.name} ended by itself: {server.last_words()}\n")
    except (KeyboardInterrupt, ProcessLookupError):
        return 0
    except words.failures as error:
        sys.stderr.write(f"No {words.name}: {error}\n")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        server.close()
    return 1
