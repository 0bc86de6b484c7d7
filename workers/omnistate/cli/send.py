"""`omnistate send`: a file's events to the topics of their types; a gateway's stand-in.

Lines that cannot be routed are reported and left out, the others are sent. Ctrl-C leaves off after
a line: all lines before it are sent, none behind it.
"""

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnistate.cli.options import CLUSTER, TOPICS, with_settings

if TYPE_CHECKING:
    from omnistate.adapters.kafka.clients.connection import Connection
    from omnistate.process.process_settings import Settings
    from omnistate.stream.topology import Topology
else:
    Settings = Any  # typer evaluates the annotations of commands


@with_settings(*CLUSTER, *TOPICS)
def send(
    settings: Settings,
    events: Annotated[
        Path,
        typer.Argument(
            metavar="EVENTS.jsonl", help="Input events, one a line; - for standard input."
        ),
    ],
    rate: Annotated[
        float | None,
        typer.Option(min=0.001, help="Lines a second; without it, as fast as possible."),
    ] = None,
) -> int:
    """Publish input events to the topics that their types belong to, in the file's order."""
    from omnistate.cli.session import run_on_cluster

    file = _open(events)

    async def work(connection: "Connection", topology: "Topology") -> int:
        from omnistate.cli.sending import Sending, send_file

        return await send_file(connection, topology, Sending(file, rate))

    try:
        return run_on_cluster(settings, work)
    finally:
        if file:
            os.close(file)


def _open(events: Path) -> int:
    """The descriptor to read from. Raises Unusable."""
    from omnistate.process.errors import Unusable

    try:
        if str(events) == "-":
            os.fstat(0)
            return 0
        file = os.open(events, os.O_RDONLY)
        if stat.S_ISDIR(os.fstat(file).st_mode):
            os.close(file)
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    except OSError as error:
        name = "standard input" if str(events) == "-" else str(events)
        raise Unusable(f"{name}: {error.strerror}") from None
    return file
