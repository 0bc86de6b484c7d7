"""A consumer as a member of its group: joins, and is watched; for every worker that shares topics.

Which partitions it gets, and what becomes of them, is told to the listener that it joins with.
"""

import asyncio
import time
from typing import Any

from aiokafka import ConsumerRebalanceListener

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import InstanceFenced, describe, translated
from omnistate.adapters.kafka.internals.consumer import GroupConsumer
from omnistate.adapters.kafka.internals.fetching import keep_fetching
from omnistate.adapters.kafka.internals.resources import vital_tasks_of
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.topology_parts import Group


async def join(
    member: GroupConsumer,
    connection: Connection,
    group: Group,
    listener: ConsumerRebalanceListener,
) -> None:
    """Start it as a member; partitions come when the group says so. Raises LogUnavailable.

    Raises InstanceFenced where another one with its instance id has come meanwhile.
    """
    with translated():
        member.subscribe(
            [connection.physical(topic) for topic in group.consumes], listener=listener
        )
        starting = asyncio.ensure_future(member.start())
        await _first_of(member, starting)
        await starting
    # What one partition leaves unread must not keep the others' fetches waiting.
    keep_fetching(member)


async def watch(member: GroupConsumer) -> None:
    """Until it ends within, which it must not. Raises LogUnavailable."""
    tasks = vital_tasks_of(member)
    await _first_of(member, *tasks)
    ended = [task for task in tasks if task.done()]
    error = next((task.exception() for task in ended if not task.cancelled()), None)
    reason = "it does not say why" if error is None else describe(error)
    raise LogUnavailable(f"the group member died: {reason}")


def silence_s(member: GroupConsumer) -> float:
    """For how long the group's coordinator has not answered; 0 before it is asked first.

    After the session's timeout the group has given the partitions to others.
    """
    answered_s = member.coordination.answered_s
    return 0.0 if answered_s is None else time.monotonic() - answered_s


async def _first_of(member: GroupConsumer, *tasks: "asyncio.Future[Any]") -> None:
    """Until one of them ends. Raises InstanceFenced where the member is fenced before."""
    fenced: asyncio.Future[Any] = asyncio.ensure_future(member.coordination.fenced.wait())
    try:
        await asyncio.wait([fenced, *tasks], return_when=asyncio.FIRST_COMPLETED)
        if fenced.done() and not any(task.done() for task in tasks):
            raise InstanceFenced(
                "fenced: another worker has joined the group with the same instance id; "
                "give each worker of a group one of its own"
            )
    finally:
        fenced.cancel()
