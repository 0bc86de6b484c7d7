"""A command's session with a cluster: its own event loop, and a driver that keeps quiet.

It knows no command; what the work is, and its exit status, is theirs.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.process.process_settings import Settings
from omnistate.stream.topology import Topology

Work = Callable[[Connection, Topology], Awaitable[int]]


def run_on_cluster(settings: Settings, work: Work) -> int:
    """Run a command's work to its end; its exit status. Raises what the work raises."""
    _silence_driver()
    return asyncio.run(_run(work, settings.connection, settings.load_topology()))


async def _run(work: Work, connection: Connection, topology: Topology) -> int:
    return await work(connection, topology)


def _silence_driver() -> None:
    """Its log says in many lines, often more than once, what our one line says."""
    driver = logging.getLogger("aiokafka")
    driver.handlers[:] = [logging.NullHandler()]
    driver.propagate = False
    # Warnings tell why no broker could be reached.
    driver.setLevel(logging.WARNING)
    logging.getLogger("asyncio").addFilter(_is_ours)


def _is_ours(record: logging.LogRecord) -> bool:
    """Not of the driver: it forgets futures of its own when it is fenced."""
    error = record.exc_info[1] if record.exc_info else None
    return not type(error).__module__.startswith("aiokafka.")
