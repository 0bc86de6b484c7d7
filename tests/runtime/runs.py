"""A run of the partition task over a world: to the end of its day, and what a restart restores."""

from typing import Any

from tests.runtime.faults import World
from tests.runtime.records import plain
from workers.core.settings import Directory
from workers.runtime.conversations import Conversations
from workers.runtime.partition import PartitionTask
from workers.runtime.ports import Outgoing
from workers.runtime.tables import Tables

BATCH = 9
Seen = tuple[dict[str, list[Outgoing]], dict[str, Any]]


async def drain(task: PartitionTask[Conversations], batch: int = BATCH) -> None:
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
