"""Fetched batches straight into our records: aiokafka would make records of its own first.

It reaches into the fetcher of the one version that is pinned. What was not fetched yet when it was
asked comes as aiokafka makes it, and `as_unpacked` takes that, too.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from workers.runtime.ports import Record, Write

T = TypeVar("T")
Unpack = Callable[[Any, Any], T]
# For every record: half the cost of the class itself, which is a function in Python.
_new: Final = tuple.__new__


def unpack_for(topic: str, number: int) -> Unpack[Record]:
    """What makes a record of `topic`, partition `number`, of one that was just unpacked."""

    def unpack(_: Any, raw: Any) -> Record:
        members = (topic, number, raw.offset, raw.timestamp, raw.key, raw.value, tuple(raw.headers))
        return _new(Record, members)

    return unpack


def unpack_row_for(table: str) -> Unpack[Write]:
    """What makes a row of a table of one that was just unpacked."""

    def unpack(_: Any, raw: Any) -> Write:
        return _new(Write, (table, raw.key, raw.value))

    return unpack


def unpack_with(consumer: AIOKafkaConsumer, partition: TopicPartition, unpack: Unpack[Any]) -> None:
    """Have what was fetched of a partition, and is not handed out yet, made by `unpack`."""
    fetched = consumer._fetcher._records.get(partition)  # noqa: SLF001
    waiting = getattr(fetched, "_partition_records", None)
    if waiting is not None:
        waiting._consumer_record = unpack  # noqa: SLF001


def as_unpacked(found: Sequence[Any], unpack: Unpack[T], kind: type[T]) -> Sequence[T]:
    """What was handed out, of one `kind`; a fetch is of that kind as a whole, or not at all."""
    if found and type(found[0]) is kind:
        return found
    return [unpack(None, raw) for raw in found]
