"""A consumer that goes past batches that nobody can read, and says so.

It decides nothing: whoever reads may stop there, or go on.
"""

from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from omnistate.adapters.kafka.internals.batches import CheckedRecords, UnreadableBatch
from omnistate.adapters.kafka.internals.fetching import watch_fetches
from omnistate.adapters.kafka.internals.group_protocol import Coordination

Report = Callable[[TopicPartition, UnreadableBatch], None]


class CheckedConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """As aiokafka's, but a batch that cannot be read is passed, and is in `unreadable`."""

    def __init__(self, *topics: str, **options: Any) -> None:
        """Not started."""
        super().__init__(*topics, **options)
        # The last batch of each partition that could not be read, until it is taken from here.
        self.unreadable: dict[TopicPartition, UnreadableBatch] = {}
        self.on_unreadable: Report | None = None

    async def start(self) -> None:
        """As aiokafka's."""
        await super().start()
        watch_fetches(self, _let_go_past, self._sift)

    def _sift(self, found: dict[TopicPartition, list[Any]]) -> None:
        for place, records in [*found.items()]:
            # Nothing comes behind it in one fetch.
            last = records[-1] if records else None
            if type(last) is UnreadableBatch:
                records.pop()
                if not records:
                    del found[place]
                self.unreadable[place] = last
                if self.on_unreadable is not None:
                    self.on_unreadable(place, last)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """As aiokafka's."""
        self.unreadable.pop(partition, None)
        super().seek(partition, offset)


class GroupConsumer(CheckedConsumer):
    """A member of a group, with one assignor; what it hears of the group is in `coordination`."""

    def __init__(
        self, assignor: Any, former_protocol: str | None, instance_id: str | None, **options: Any
    ) -> None:
        """Not started. `former_protocol` is offered, too, and shared out by the same assignor."""
        super().__init__(
            partition_assignment_strategy=(assignor,), group_instance_id=instance_id, **options
        )
        self.coordination = Coordination(self, assignor.name, former_protocol, instance_id)


def _let_go_past(records: CheckedRecords) -> None:
    records.hands_out_unreadable = True
