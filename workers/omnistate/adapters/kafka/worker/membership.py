"""A consumer as a member of its group: joins, and is watched; for every worker that shares topics.

Which partitions it gets, and what becomes of them, is told to the listener that it joins with.
"""

import asyncio
import time
from typing import Any, Final

from aiokafka import ConsumerRebalanceListener

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import InstanceFenced, describe, translated
from omnistate.adapters.kafka.internals.consumer import GroupConsumer
from omnistate.adapters.kafka.internals.fetching import keep_fetching
from omnistate.adapters.kafka.internals.group_protocol import untaken_error_of
from omnistate.adapters.kafka.internals.resources import vital_tasks_of
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.topology_parts import Group

# An error of the group's that no read has taken up by then is taken up by nobody.
UNTAKEN_S: Final = 5.0


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
    """Until it ends within, or stands still, which it must not. Raises LogUnavailable."""
    tasks = vital_tasks_of(member)
    untaken: Exception | None = None
    while not await _first_of(member, *tasks, within_s=UNTAKEN_S):
        former, untaken = untaken, untaken_error_of(member)
        if untaken is not None and untaken is former:
            with translated():
                raise untaken
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


async def _first_of(
    member: GroupConsumer, *tasks: "asyncio.Future[Any]", within_s: float | None = None
) -> bool:
    """Until one of them ends; False where none does in time.

    Raises InstanceFenced where the member is fenced before.
    """
    fenced: asyncio.Future[Any] = asyncio.ensure_future(member.coordination.fenced.wait())
    try:
        await asyncio.wait([fenced, *tasks], timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        ended = any(task.done() for task in tasks)
        if fenced.done() and not ended:
            raise InstanceFenced(
                "fenced: another worker has joined the group with the same instance id; "
                "give each worker of a group one of its own"
            )
        return ended
    finally:
        fenced.cancel()
