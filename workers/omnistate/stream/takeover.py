"""Taking a partition over, up to where it may be written: fence, restore, and what is checked then.

It must not write anything: another worker may own the partition by the time the tables are whole.
"""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from omnistate.stream.outcome import PartitionStopped
from omnistate.stream.ownership import OwnerEvent, Ownership
from omnistate.stream.ports import PartitionLog, Processor, Restored
from omnistate.stream.position import find_loss

P = TypeVar("P", bound=Processor)


class Tables(NamedTuple, Generic[P]):
    """The restored rows, where to read on, and whether the group's offsets say the same."""

    processor: P
    offsets: dict[str, int]
    agreed: bool


async def restore_tables(
    log: PartitionLog,
    ownership: Ownership,
    make_processor: Callable[[], P],
    report: Callable[[Restored], None] | None,
) -> Tables[P] | None:
    """Steps 1 to 3 of taking over; None where the owner was told to end meanwhile.

    Raises Fenced, LogUnavailable, and PartitionStopped where the tables are not whole.
    """
    ownership.move(OwnerEvent.BEGUN)
    await log.fence()
    ownership.move(OwnerEvent.FENCED_OFF)
    processor = make_processor()
    async for part in log.restore():
        processor.merge(part.writes)
        if report is not None:
            report(part)
        if ownership.ending:
            return None
    committed = dict(await log.committed())
    restored = processor.offsets
    if restored is None and any(committed.values()):
        raise PartitionStopped(
            "tables_incomplete", f"inputs are committed up to {committed}, but there are no tables"
        )
    loss = None if processor.position is None else find_loss(processor.position, processor.rows)
    if loss is not None:
        raise PartitionStopped("tables_incomplete", f"the changelogs have lost rows: {loss}")
    offsets = {**committed, **(restored or {})}
    await ownership.wait_until_ours()
    return None if ownership.ending else Tables(processor, offsets, offsets == committed)
