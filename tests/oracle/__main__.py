"""`python -m tests.oracle EVENTS.jsonl --config CONFIG.yaml [--until T] [--sort] [--state]`.

Prints what `omnistate replay` should print (contract.md#replay), but for the ids of outputs, which
are free. The configuration is taken as it is.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import yaml

from .model import Engine
from .wire import DeadLetterError, decode, parse_time

UNUSABLE = 2


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0, or 2 on unusable arguments or an unreadable file."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle")
    parser.add_argument("events", type=Path)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--until", type=_moment)
    parser.add_argument("--sort", action="store_true", help="take the file in order of `time`")
    parser.add_argument("--state", action="store_true")
    given = parser.parse_args(arguments)
    try:
        lines = given.events.read_bytes().split(b"\n")
        config = yaml.safe_load(given.config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        _say(f"{error}".replace("\n", " "))
        return UNUSABLE
    if given.sort:
        lines = in_order_of_time(lines)
    else:
        _say_what_goes_back(lines)
    engine = Engine(config or {})
    for line in lines:
        engine.read(line)
    if given.until is not None:
        if engine.clock is not None and given.until < engine.clock:
            _say("--until is before the last event's time")
            return UNUSABLE
        engine.advance(given.until)
    for record in [engine.describe()] if given.state else engine.outputs:
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    return 0


def in_order_of_time(lines: list[bytes]) -> list[bytes]:
    """Sorted by `time`; of one time as they stand; what has none goes with the line before it."""
    placed, last = [], -1
    for line in lines:
        last = _time_of(line, last)
        placed.append((last, line))
    return [line for _, line in sorted(placed, key=lambda item: item[0])]


def _time_of(line: bytes, otherwise: int) -> int:
    try:
        return decode(line.rstrip(b"\r")).time
    except DeadLetterError:
        return otherwise


def _say_what_goes_back(lines: list[bytes]) -> None:
    """One line on standard error: how many times go back, and the first one's line."""
    clock, back = -1, []
    for number, line in enumerate(lines, start=1):
        time = _time_of(line, clock)
        if time < clock:
            back.append(number)
        clock = max(clock, time)
    if back:
        _say(f"times that go back: {len(back)}, the first in line {back[0]}; applied at the clock")


def _moment(text: str) -> int:
    moment = parse_time(text)
    if moment is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time")
    return moment


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
