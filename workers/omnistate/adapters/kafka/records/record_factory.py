"""What was fetched as our records: straight from its batches, or of aiokafka's own records.

What was fetched before it was asked comes as aiokafka makes it, and `as_unpacked` takes that, too.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from omnistate.adapters.kafka.internals.fetching import RawRecord
from omnistate.stream.ports import Record, Write

T = TypeVar("T")
Unpack: TypeAlias = Callable[[Any, RawRecord], T]
# For every record: half the cost of the class itself, which is a function in Python.
_new: Final = tuple.__new__


def record_of(topic: str, number: int, raw: RawRecord) -> Record:
    """Our record of what was unpacked, or of aiokafka's own, in partition `number` of `topic`."""
    return Record(topic, number, raw.offset, raw.timestamp, raw.key, raw.value, tuple(raw.headers))


def unpack_for(topic: str, number: int) -> Unpack[Record]:
    """What makes a record of `topic`, partition `number`, of one that was just unpacked."""

    def unpack(_: Any, raw: RawRecord) -> Record:
        members = (topic, number, raw.offset, raw.timestamp, raw.key, raw.value, tuple(raw.headers))
        return _new(Record, members)

    return unpack


def unpack_row_for(table: str) -> Unpack[Write]:
    """What makes a row of a table of one that was just unpacked."""

    def unpack(_: Any, raw: RawRecord) -> Write:
        return _new(Write, (table, raw.key, raw.value))

    return unpack


def as_unpacked(found: Sequence[Any], unpack: Unpack[T], kind: type[T]) -> Sequence[T]:
    """What was handed out, of one `kind`; a fetch is of that kind as a whole, or not at all."""
    if found and type(found[0]) is kind:
        return found
    return [unpack(None, raw) for raw in found]
