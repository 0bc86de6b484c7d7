"""Taking a partition over, up to where it may be written: fence, restore, and what is checked then.

It must not write anything: another worker may own the partition by the time the tables are whole.
"""

from collections.abc import Callable, Mapping
from typing import Final, Generic, NamedTuple, TypeVar

from omnistate.stream.outcome import PartitionStopped
from omnistate.stream.ownership import OwnerEvent, Ownership
from omnistate.stream.ports import PartitionLog, Processor, Restored
from omnistate.stream.position import Position, find_loss, find_remade

P = TypeVar("P", bound=Processor)
WAY_OUT: Final = "omnistate tables accept goes on with what is left"


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
            "tables_incomplete",
            f"inputs are committed up to {committed}, but there are no tables; {WAY_OUT}",
        )
    loss = None if processor.position is None else find_loss(processor.position, processor.rows)
    if loss is not None:
        raise PartitionStopped(
            "tables_incomplete", f"the changelogs have lost rows: {loss}; {WAY_OUT}"
        )
    offsets = {**committed, **(restored or {})}
    topic_ids = await log.topic_ids()
    if processor.position is not None:
        check_identity(processor.position, topic_ids)
        topic_ids = {**(processor.position.topic_ids or {}), **topic_ids}
    processor.topic_ids = topic_ids
    await ownership.wait_until_ours()
    return None if ownership.ending else Tables(processor, offsets, offsets == committed)


def check_identity(position: Position, topic_ids: Mapping[str, str]) -> None:
    """Raise PartitionStopped where an input topic is another one than `position` is of."""
    topic = find_remade(position, topic_ids)
    if topic is not None:
        raise PartitionStopped(
            "made_anew",
            f"topic {topic} was made anew since it was read up to offset "
            f"{position.offsets.get(topic, 0)}: what it holds must not be read as what follows; "
            f"omnistate inputs adopt --topic {topic} goes on with it",
        )
