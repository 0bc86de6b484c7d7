"""A command's session with a cluster: quiet, and one line for whatever the cluster would not do.

It knows no command; what the work is, and its exit status, is theirs.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from omnistate.adapters.kafka.clients.connection import Connection, UnusableCredentials
from omnistate.adapters.kafka.clients.errors import ClusterFailure, Unreachable
from omnistate.process.process_settings import Settings, UnusableSetting
from omnistate.stream.topology import Topology

FAILED: Final = 1
UNUSABLE: Final = 2

Work = Callable[[Connection, Topology], Awaitable[int]]


class _LastWord(logging.Handler):
    """Keeps what the driver complained of last, instead of printing it."""

    reason = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the cause: the driver puts it last."""
        last = record.args[-1] if isinstance(record.args, tuple) and record.args else record.msg
        self.reason = " ".join(str(last).split())


def run_on_cluster(command: str, settings: Settings, work: Work) -> int:
    """Run a command's work to its end. Exit status: the work's, or 1 or 2 after one line."""
    last_word = _silence_driver()
    try:
        topology = settings.load_topology()
        return asyncio.run(_run(work, settings.connection, topology))
    except Unreachable as error:
        reason = f": {last_word.reason}" if last_word.reason else ""
        return say(command, f"{error}{reason}")
    except ClusterFailure as error:
        return say(command, str(error))
    except (UnusableSetting, UnusableCredentials) as error:
        return say(command, str(error), UNUSABLE)


def say(command: str, message: str, status: int = FAILED) -> int:
    """Print one line on standard error and give the exit status back."""
    if sys.stderr is not None:
        print(f"omnistate {command}: {printable(message)}", file=sys.stderr)
    return status


def printable(text: str) -> str:
    """The text on one line, with whatever a terminal would not print as it is escaped."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


async def _run(work: Work, connection: Connection, topology: Topology) -> int:
    return await work(connection, topology)


def _silence_driver() -> _LastWord:
    """Its log says in many lines, often more than once, what our one line says."""
    driver = logging.getLogger("aiokafka")
    last_word = _LastWord()
    driver.handlers[:] = [last_word]
    driver.propagate = False
    driver.setLevel(logging.ERROR)
    logging.getLogger("asyncio").addFilter(_is_ours)
    return last_word


def _is_ours(record: logging.LogRecord) -> bool:
    """Not of the driver: it forgets futures of its own when it is fenced."""
    error = record.exc_info[1] if record.exc_info else None
    return not type(error).__module__.startswith("aiokafka.")
