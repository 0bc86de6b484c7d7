"""A consumer as a member of its group: joins, and is watched; for every worker that shares topics.

Which partitions it gets, and what becomes of them, is told to the listener that it joins with.
"""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import describe, translated
from omnistate.adapters.kafka.internals.fetching import keep_fetching
from omnistate.adapters.kafka.internals.resources import vital_tasks_of
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.topology_parts import Group


async def join(
    member: AIOKafkaConsumer,
    connection: Connection,
    group: Group,
    listener: ConsumerRebalanceListener,
) -> None:
    """Start it as a member; partitions come when the group says so. Raises LogUnavailable."""
    with translated():
        member.subscribe(
            [connection.physical(topic) for topic in group.consumes], listener=listener
        )
        await member.start()
    # What one partition leaves unread must not keep the others' fetches waiting.
    keep_fetching(member)


async def watch(member: AIOKafkaConsumer) -> None:
    """Until it ends within, which it must not. Raises LogUnavailable."""
    tasks = vital_tasks_of(member)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    ended = [task for task in tasks if task.done()]
    error = next((task.exception() for task in ended if not task.cancelled()), None)
    reason = "it does not say why" if error is None else describe(error)
    raise LogUnavailable(f"the group member died: {reason}")
