"""What a peer is told on its command line. It knows no peer."""

import argparse
from collections.abc import Sequence


def read_job(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Where a peer reads and writes, and `--set name=value` for its settings."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--inputs", nargs="+", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--partitions", type=int, required=True)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--folder", default=".")
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args(arguments)
    given.settings = dict(each.split("=", 1) for each in given.set)
    return given
