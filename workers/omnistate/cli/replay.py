"""`omnistate replay`: files in, lines out, and one clear line where something is unusable.

Reading and printing only; the run itself is `omnistate.stream.conversation.replay`.
"""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from omnistate_schemas.times import format_time, parse_time_ms

from omnistate.cli.command_end import say
from omnistate.cli.configuration_file import load_directory
from omnistate.cli.event_times import last_time_ms, sort_by_time
from omnistate.cli.yaml_document import UnusableFile
from omnistate.process.errors import ExitStatus, Unusable
from omnistate.stream.conversation.replay import BATCH, Replay

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def run_replay(
    events: Path, config: Path, until: str | None, *, print_state: bool, sort: bool = False
) -> int:
    """Run the file and print; exit status 0. Raises Unusable and ReaderGone.

    Events that go back in time are told of on standard error, unless they are sorted.
    """
    until_ms = None if until is None else _parse(until)
    replay = Replay(load_directory(config))
    try:
        file = events.open("rb")
    except OSError as error:
        raise UnusableFile(f"{events}: {error.strerror}") from None
    with file:
        watched = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        if watched and until_ms is not None:
            _check_until(until_ms, last_time_ms(_strip(file, file.name)))
            file.seek(0)
        for line in _run(
            file, replay, until_ms, print_state=print_state, regular=watched, sort=sort
        ):
            sys.stdout.buffer.write(line)
            if not watched:
                sys.stdout.buffer.flush()
    sys.stdout.buffer.flush()
    if replay.went_back:
        say(
            "replay",
            f"events that go back in time, and are taken at the clock: {replay.went_back}, first "
            f"in line {replay.first_back}; --sort takes the file in order of time",
        )
    return ExitStatus.DONE


def _check_until(until_ms: int, last_ms: int | None) -> None:
    if last_ms is not None and until_ms < last_ms:
        raise Unusable(f"--until: before the last event, which is of {format_time(last_ms)}")


def _parse(until: str) -> int:
    try:
        return parse_time_ms(until)
    except ValueError as error:
        raise Unusable(f"--until: {error}") from None


def _run(
    file: BinaryIO,
    replay: Replay,
    until_ms: int | None,
    *,
    print_state: bool,
    regular: bool,
    sort: bool,
) -> Iterator[bytes]:
    """The lines to print."""
    lines: Iterable[bytes] = file
    if regular and sys.stderr is not None and sys.stderr.isatty() and not sys.stdout.isatty():
        lines = _with_progress(file, os.fstat(file.fileno()).st_size)
    # From a pipe, whoever writes may wait for the answer to each line.
    stripped: Iterable[bytes] = _strip(lines, file.name)
    if sort:
        stripped = sort_by_time(stripped)
    outputs = replay.feed(stripped, BATCH if regular else 1)
    if not print_state:
        yield from outputs
    else:
        for _ in outputs:
            continue
    if until_ms is not None:
        _check_until(until_ms, replay.tables.clock_ms)
        later = list(replay.advance(until_ms))
        if not print_state:
            yield from later
    if print_state:
        # One line for programs, indented for people.
        indent = 2 if sys.stdout.isatty() else -1
        yield msgspec.json.format(msgspec.json.encode(replay.state()), indent=indent) + b"\n"


def _strip(lines: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Lines without their ends, the file without its byte order mark. Raises UnusableFile."""
    mark = BYTE_ORDER_MARK
    for line in _read(lines, name):
        yield line.removeprefix(mark).rstrip(b"\r\n")
        mark = b""


def _read(lines: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The lines as they come."""
    try:
        yield from lines
    except OSError as error:
        raise UnusableFile(f"{name}: {error.strerror}") from None


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
