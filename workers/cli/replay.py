"""`omnistate replay`: files in, lines out, and one clear line where something is unusable.

Reading and printing only; the run itself is `workers.runtime.replay`.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from schemas.times import parse_time_ms
from workers.cli.configuration import UnusableFile, load_directory
from workers.runtime.replay import Replay

UNUSABLE: Final = 2


def run_replay(events: Path, config: Path, until: str | None, *, print_state: bool) -> int:
    """Run the file and print. Exit status 0, or 2 after one line on standard error."""
    try:
        until_ms = None if until is None else parse_time_ms(until)
    except ValueError as error:
        return _refuse(f"--until: {error}")
    try:
        directory = load_directory(config)
        with events.open("rb") as file:
            return _run(file, events.stat().st_size, Replay(directory), until_ms, print_state)
    except UnusableFile as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or events}: {error.strerror}")


def _run(file: BinaryIO, size: int, replay: Replay, until_ms: int | None, print_state: bool) -> int:
    out = sys.stdout.buffer
    lines = replay.feed(_read_lines(file, size))
    try:
        for line in lines:
            if not print_state:
                out.write(line)
                out.write(b"\n")
        if until_ms is not None:
            for line in replay.advance(until_ms):
                if not print_state:
                    out.write(line + b"\n")
        if print_state:
            text = msgspec.json.encode(replay.state())
            # One line for programs, indented for people.
            out.write(msgspec.json.format(text, indent=2 if sys.stdout.isatty() else -1) + b"\n")
        out.flush()
    except BrokenPipeError:
        # The reader has had enough, as `| head` has; Python would complain at exit.
        sys.stderr.close()
    return 0


def _read_lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The file's lines without their ends, with a progress bar where somebody watches."""
    source: Iterable[bytes] = file
    if sys.stderr.isatty() and size:
        source = _with_progress(file, size)
    for line in source:
        yield line.rstrip(b"\r\n")


def _with_progress(file: BinaryIO, size: int) -> Iterator[bytes]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("replay"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task("replay", total=size)
        done = 0
        for count, line in enumerate(file):
            done += len(line)
            if count % 1_000 == 0:
                progress.update(task, completed=done)
            yield line


def _refuse(message: str) -> int:
    print(f"omnistate replay: {message}", file=sys.stderr)
    return UNUSABLE
