"""`omnistate topics wait`: until a worker's topics are there and fit, however long that takes.

It changes nothing. Whoever refuses us is not waited for: a person has to mend that.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from omnistate.adapters.kafka.admin.access import LAG, watched_topics
from omnistate.adapters.kafka.admin.cluster import CONNECT_TIMEOUT_S, open_cluster
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure, ClusterRefusal
from omnistate.cli.command_end import say
from omnistate.process.errors import GivenUp, Unusable
from omnistate.process.waiting import Wait
from omnistate.stream.topology import Topology

COMMAND: Final = "topics wait"
# A worker behind it should start soon after the topics are there.
LONGEST_PAUSE_S: Final = 5.0
# To connect, even if nothing is left of the time.
LEAST_S: Final = 1.0


async def await_topics(
    connection: Connection,
    topology: Topology,
    group: str,
    timeout_s: float | None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock_s: Callable[[], float] = time.monotonic,
) -> None:
    """Return once a worker of the group could start.

    Raises ClusterRefusal at once; after `timeout_s` GivenUp, or ClusterFailure where no broker
    answers; Unusable for a group that is none. `clock_s` never goes back.
    """
    member = "" if group == LAG else group
    names = watched_topics(topology) if group == LAG else _topics_of(topology, group)
    wait = Wait(LONGEST_PAUSE_S)
    until_s = None if timeout_s is None else clock_s() + timeout_s
    while True:
        left_s = None if until_s is None else max(0.0, until_s - clock_s())
        connect_s = CONNECT_TIMEOUT_S if left_s is None else min(CONNECT_TIMEOUT_S, left_s)
        failure: Exception
        try:
            async with open_cluster(connection, max(connect_s, LEAST_S)) as cluster:
                problem = (await cluster.readiness(topology, names, member)).problem
        except ClusterRefusal:
            raise
        except ClusterFailure as error:
            reason, failure = str(error), error
        else:
            if problem is None:
                return
            reason, failure = problem, GivenUp(f"not within {timeout_s or 0:g} s: {problem}")
        now_s = clock_s()
        if until_s is not None and now_s >= until_s:
            raise failure
        pause = wait.fail(reason, now_s)
        if pause.speaks:
            waited = f", {pause.waited_s:.0f} s so far" if pause.waited_s >= 1 else ""
            say(COMMAND, f"waiting{waited}: {reason}")
        left_s = pause.seconds if until_s is None else until_s - now_s
        await sleep(min(pause.seconds, left_s))


def _topics_of(topology: Topology, group: str) -> tuple[str, ...]:
    """What a worker of the group touches. Raises Unusable."""
    for each in topology.groups:
        if each.name == group:
            return each.topics
    known = ", ".join([*(each.name for each in topology.groups), LAG])
    raise Unusable(f"--group {group}: must be one of {known}")
