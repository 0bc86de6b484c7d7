"""Fetched batches straight into our records: aiokafka would make records of its own first.

It reaches into the fetcher of the one version that is pinned. What was fetched before it was asked
comes as aiokafka makes it, and `as_unpacked` takes that, too.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from omnistate.stream.ports import Record, Write

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


class Fetched(OrderedDict[TopicPartition, Any]):
    """What a consumer has fetched by partition; each fetch is told on its arrival what to make."""

    def __init__(self, fetched: Mapping[TopicPartition, Any]) -> None:
        """Take over what was fetched before, as it is."""
        self.unpack: dict[TopicPartition, Unpack[Any]] = {}
        super().__init__(fetched)

    def __setitem__(self, partition: TopicPartition, found: Any) -> None:
        waiting = getattr(found, "_partition_records", None)
        unpack = self.unpack.get(partition)
        if waiting is not None and unpack is not None:
            waiting._consumer_record = unpack  # noqa: SLF001
        super().__setitem__(partition, found)


def unpack_with(consumer: AIOKafkaConsumer, partition: TopicPartition, unpack: Unpack[Any]) -> None:
    """Have whatever a started consumer fetches of a partition from now on made by `unpack`."""
    fetcher = consumer._fetcher  # noqa: SLF001
    if not isinstance(fetcher._records, Fetched):  # noqa: SLF001
        fetcher._records = Fetched(fetcher._records)  # noqa: SLF001
    fetcher._records.unpack[partition] = unpack  # noqa: SLF001


def as_unpacked(found: Sequence[Any], unpack: Unpack[T], kind: type[T]) -> Sequence[T]:
    """What was handed out, of one `kind`; a fetch is of that kind as a whole, or not at all."""
    if found and type(found[0]) is kind:
        return found
    return [unpack(None, raw) for raw in found]
