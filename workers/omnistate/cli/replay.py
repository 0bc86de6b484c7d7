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
from omnistate_schemas.times import parse_time_ms

from omnistate.cli.configuration_file import UnusableFile, load_directory
from omnistate.stream.conversation.replay import BATCH, Replay

UNUSABLE: Final = 2
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class UnwritableOutput(Exception):
    """Standard output takes no more; the message says why."""


def run_replay(events: Path, config: Path, until: str | None, *, print_state: bool) -> int:
    """Run the file and print. Exit status 0, or 2 after one line on standard error."""
    if sys.stdout is None:
        return _refuse("standard output: closed")
    try:
        until_ms = None if until is None else parse_time_ms(until)
        replay = Replay(load_directory(config))
        with events.open("rb") as file:
            watched = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            for line in _run(file, replay, until_ms, print_state=print_state, regular=watched):
                _print(line, flush=not watched)
        _print(b"", flush=True)
    except BrokenPipeError:
        # The reader has had enough, as `| head` has; Python would complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UnwritableOutput as error:
        return _refuse(f"standard output: {error}")
    except UnusableFile as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{events}: {error.strerror}")
    except ValueError as error:
        return _refuse(f"--until: {error}")
    return 0


def _run(
    file: BinaryIO, replay: Replay, until_ms: int | None, *, print_state: bool, regular: bool
) -> Iterator[bytes]:
    """The lines to print."""
    lines: Iterable[bytes] = file
    if regular and sys.stderr is not None and sys.stderr.isatty() and not sys.stdout.isatty():
        lines = _with_progress(file, os.fstat(file.fileno()).st_size)
    # From a pipe, whoever writes may wait for the answer to each line.
    outputs = replay.feed(_strip(lines), BATCH if regular else 1)
    if not print_state:
        yield from outputs
    else:
        for _ in outputs:
            continue
    if until_ms is not None:
        later = list(replay.advance(until_ms))
        if not print_state:
            yield from later
    if print_state:
        # One line for programs, indented for people.
        indent = 2 if sys.stdout.isatty() else -1
        yield msgspec.json.format(msgspec.json.encode(replay.state()), indent=indent) + b"\n"


def _strip(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends, the file without its byte order mark."""
    mark = BYTE_ORDER_MARK
    for line in lines:
        yield line.removeprefix(mark).rstrip(b"\r\n")
        mark = b""


def _print(line: bytes, *, flush: bool) -> None:
    try:
        sys.stdout.buffer.write(line)
        if flush:
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableOutput(error.strerror) from None


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
    if sys.stderr is not None:
        print(f"omnistate replay: {message}", file=sys.stderr)
    return UNUSABLE
