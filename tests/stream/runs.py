"""A run of the partition task over a world: to the end of its day, and what a restart restores."""

from typing import Any

from omnistate.core.directory import Directory
from omnistate.stream.conversation.processor import ConversationProcessor
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Outgoing

from tests.harness.records import plain
from tests.stream.faulty_log import World

BATCH = 9
Seen = tuple[dict[str, list[Outgoing]], dict[str, Any]]


async def drain(task: PartitionTask[ConversationProcessor], batch: int = BATCH) -> None:
    while (await task.run_batch(batch)).records:
        pass


async def live(world: World, directory: Directory, batch: int = BATCH) -> Seen:
    """A new owner takes over and reads to the end."""
    task = world.task(directory)
    await task.start()
    await drain(task, batch)
    return world.outputs(), plain(task.processor.tables)


async def restored(world: World, directory: Directory) -> dict[str, Any]:
    """The tables as the next owner restores them."""
    task = world.task(directory)
    await task.start()
    return plain(task.processor.tables)


async def committed(world: World) -> dict[str, Any]:
    """What the log has committed, without becoming an owner."""
    tables = Tables()
    async for part in world.owner().restore():
        tables.merge(part.writes)
    return plain(tables)
