"""The configuration topics: an object a record, the id its key, its JSON the value.

It reads and publishes objects and says what changed; what they mean is the core's.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from aiokafka import TopicPartition
from omnistate_schemas.configuration import Configuration
from omnistate_schemas.configured import find_excess
from omnistate_schemas.envelope import Id
from omnistate_schemas.registry import CONFIGURATION
from pydantic import TypeAdapter, ValidationError

from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import deadline
from omnistate.adapters.kafka.internals.batches import UnreadableBatch
from omnistate.adapters.kafka.records.backlog import read_backlog
from omnistate.adapters.kafka.records.transactional_publication import Addressed
from omnistate.stream.cloudevents import describe_error
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers

READ_TIMEOUT_S: Final = 120.0
HEADERS: Final[Headers] = (("content-type", b"application/json"),)
_ID: Final[TypeAdapter[str]] = TypeAdapter(Id)

Objects = Mapping[str, Configuration]
# The last value of each key; None where a batch behind it cannot be read: it may say another.
Published = Mapping[bytes, bytes | None]
Outcome = Literal["added", "changed", "unchanged", "pruned", "kept"]


class UnusableObject(ValueError):
    """A record of a configuration topic that cannot be used; says what is wrong, quotes nothing."""


class ObjectChange(NamedTuple):
    """What becomes of one object; `value` None is a tombstone, or what is kept as it is."""

    topic: str
    key: bytes
    value: bytes | None
    outcome: Outcome


def encode_object(configured: Configuration) -> bytes:
    """The object as it stands in the file: a key left out stays left out, a null stays null."""
    return configured.encode()


def decode_key(key: bytes | None) -> str:
    """The id in a record's key. Raises UnusableObject."""
    try:
        return _ID.validate_python((key or b"").decode())
    except (UnicodeDecodeError, ValidationError):
        raise UnusableObject("the key is no id") from None


def decode_object(topic: str, value: bytes) -> Configuration:
    """The object of a record of a configuration topic. Raises UnusableObject."""
    excess = find_excess(value)
    if excess is not None:
        raise UnusableObject(excess)
    try:
        return CONFIGURATION[topic].model_validate_json(value)
    except ValidationError as error:
        message = describe_error(error)
        if error.errors(include_url=False, include_input=False)[0]["type"] == "value_error":
            # Our own sentences may end with what they complain of.
            message = message.partition(" '")[0]
        raise UnusableObject(message) from None


async def read_published(
    connection: Connection,
    partitions: Mapping[str, int],
    report: Callable[[str, int, UnreadableBatch], None],
) -> dict[str, Published]:
    """What each topic says of each key; `partitions` counts those of each.

    `report` is told topic, partition and batch of what nobody can read.
    """
    published: dict[str, dict[bytes, tuple[TopicPartition, int, bytes]]]
    published = {topic: {} for topic in partitions}
    doubtful: dict[TopicPartition, int] = {}

    def pass_over(place: TopicPartition, batch: UnreadableBatch) -> None:
        doubtful[place] = batch.offset
        report(connection.logical(place.topic), place.partition, batch)

    places = [
        place
        for topic, count in partitions.items()
        for place in connection.partitions(topic, count)
    ]
    async with (
        disconnecting(connection.consumer()) as consumer,
        deadline(READ_TIMEOUT_S, "reading the configuration topics"),
    ):
        consumer.on_unreadable = pass_over
        await consumer.start()
        async for record in read_backlog(consumer, places):
            values = published[connection.logical(record.topic)]
            if record.value is None:
                values.pop(record.key, None)
            else:
                place = TopicPartition(record.topic, record.partition)
                values[record.key] = place, record.offset, record.value
    return {
        topic: {
            key: None if offset < doubtful.get(place, -1) else value
            for key, (place, offset, value) in values.items()
        }
        for topic, values in published.items()
    }


def find_changes(
    topic: str, wanted: Objects, published: Published, *, prune: bool
) -> Iterator[ObjectChange]:
    """What becomes of each object of a topic, those that are only published included."""
    keys = {id_.encode(): configured for id_, configured in wanted.items()}
    for key, configured in keys.items():
        value = encode_object(configured)
        if key not in published:
            yield ObjectChange(topic, key, value, "added")
        elif _same(topic, configured, published[key]):
            yield ObjectChange(topic, key, value, "unchanged")
        else:
            yield ObjectChange(topic, key, value, "changed")
    for key, former in published.items():
        if key not in keys:
            yield ObjectChange(topic, key, None if prune else former, "pruned" if prune else "kept")


def address(change: ObjectChange, partitions: Mapping[str, int]) -> Addressed:
    """The record of a change, placed as any producer would place it."""
    place = partition_of(change.key, partitions[change.topic])
    return Addressed(change.topic, place, change.key, change.value, HEADERS)


def _same(topic: str, configured: Configuration, published: bytes | None) -> bool:
    if published is None:
        return False
    try:
        return _as_written(configured) == _as_written(decode_object(topic, published))
    except UnusableObject:
        return False


def _as_written(configured: Configuration) -> dict[str, Any]:
    return configured.model_dump(mode="json", exclude_unset=True)
