"""What a consumer of aiokafka's has fetched: what is made of it, and how far it has come.

It is on the way of every record: each fetch is met once, and each record by one call of a function
of the caller's.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition


class RawRecord(Protocol):
    """A record as it was unpacked from its batch; times are milliseconds."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Iterable[tuple[str, bytes | None]]


# What it returns is what `getmany` hands out for the record; the first argument is nobody's.
RecordFactory: TypeAlias = Callable[[Any, RawRecord], Any]


def set_record_factory(
    consumer: AIOKafkaConsumer, partition: TopicPartition, factory: RecordFactory
) -> None:
    """Have whatever a started consumer fetches of a partition from now on made by `factory`.

    What it had fetched before comes as aiokafka makes it.
    """
    _fetches_of(consumer).factories[partition] = factory


def watch_fetches(
    consumer: AIOKafkaConsumer,
    meet: Callable[[Any], None],
    sift: Callable[[dict[TopicPartition, list[Any]]], None],
) -> None:
    """Have a started consumer show each fetch as it comes, and what it hands out.

    `meet` gets the records of a fetch before they are unpacked, `sift` those about to be handed
    out, by whatever way, and may take some away.
    """
    _fetches_of(consumer).meet = meet
    fetcher = consumer._fetcher
    take = fetcher.fetched_records

    async def fetched_records(*arguments: Any, **options: Any) -> dict[TopicPartition, list[Any]]:
        found: dict[TopicPartition, list[Any]] = await take(*arguments, **options)
        sift(found)
        return found

    fetcher.fetched_records = fetched_records


def keep_fetching(consumer: AIOKafkaConsumer) -> None:
    """Let a started consumer fetch on for its other partitions while one's records are unread."""
    consumer._fetcher._prefetch_backoff = 0


def next_offset(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int | None:
    """The offset that is read next, markers of transactions included; None = not known."""
    state = _state_of(consumer, partition)
    return int(state.position) if state is not None and state.has_valid_position else None


def unread_count(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int:
    """How many offsets are known of from the next one on; 0 where that is not known."""
    state = _state_of(consumer, partition)
    if state is None or state.highwater is None or not state.has_valid_position:
        return 0
    return max(0, int(state.highwater) - int(state.position))


class Standing(NamedTuple):
    """Where a partition is read next, and the ends of the last fetch: decided, and written."""

    position: int | None
    stable_end: int
    end: int


def standing_at(consumer: AIOKafkaConsumer, partition: TopicPartition) -> Standing:
    """What a consumer knows of a partition, without asking; -1 and 0 = nothing yet."""
    state = _state_of(consumer, partition)
    if state is None:
        return Standing(None, -1, 0)
    position = int(state.position) if state.has_valid_position else None
    stable_end = -1 if state.lso is None else int(state.lso)
    return Standing(position, stable_end, int(state.highwater or 0))


def _fetches_of(consumer: AIOKafkaConsumer) -> "_Fetches":
    fetcher = consumer._fetcher
    if not isinstance(fetcher._records, _Fetches):
        fetcher._records = _Fetches(fetcher._records)
    return fetcher._records


def _state_of(consumer: AIOKafkaConsumer, partition: TopicPartition) -> Any:
    """What is known of a partition; None for one that is not assigned."""
    subscription = consumer._subscription.subscription
    assignment = None if subscription is None else subscription.assignment
    return None if assignment is None else assignment.state_value(partition)


class _Fetches(OrderedDict[TopicPartition, Any]):
    """In the place of the fetcher's own dict: each fetch is told on its arrival what to make."""

    def __init__(self, fetched: Mapping[TopicPartition, Any]) -> None:
        """Take over what was fetched before, as it is."""
        self.factories: dict[TopicPartition, RecordFactory] = {}
        self.meet: Callable[[Any], None] | None = None
        super().__init__(fetched)

    def __setitem__(self, partition: TopicPartition, fetch: Any) -> None:
        # An error in the place of records has none of them.
        records = getattr(fetch, "_partition_records", None)
        if records is not None:
            factory = self.factories.get(partition)
            if factory is not None:
                records._consumer_record = factory
            if self.meet is not None:
                self.meet(records)
        super().__setitem__(partition, fetch)
