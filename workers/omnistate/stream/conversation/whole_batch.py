"""A batch of records that are all at hand: one step that takes them all, or an error."""

import sys
from collections.abc import Iterable

from omnistate.core.directory import Directory
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Batch, Record


def run_step(
    tables: Tables,
    directory: Directory,
    records: Iterable[Record],
    partition: int = 0,
    partitions: int = 1,
) -> Batch:
    """One whole batch; the caller merges its writes into `tables` once they are committed."""
    step = Step(tables, directory, partition, partitions, sys.maxsize)
    for record in records:
        if not step.take(record):
            raise BatchFull(len(step.outputs))
    return step.finish()


class BatchFull(Exception):
    """More than one batch can hold was asked of one."""
