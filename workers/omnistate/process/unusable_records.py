"""Tells of records and batches of followed topics that cannot be used: a line and a count each.

It decides nothing: whoever follows keeps the former value, and tells of each once.
"""

from collections.abc import Callable
from typing import Final

from omnistate.adapters.kafka.configuration.configuration_follower import Report, UnusableRecord
from omnistate.adapters.kafka.records.told_offsets import ToldOffsets
from omnistate.process.logs import get_logger

# So many are told one by one; the metrics count all of them.
TOLD_MAX: Final = 20


class UnusableRecords:
    """Those of topics that are read from offsets: what is read again is told of once."""

    def __init__(self, count: Callable[[str], None]) -> None:
        """`count` is told the topic of each."""
        self._count = count
        self._number = 0
        self._told = ToldOffsets()

    def tell(
        self, topic: str, partition: int, offset: int, reason: str, *, batch: bool = False
    ) -> None:
        """A record, or a batch that begins there, cannot be used."""
        if not self._told.take(topic, partition, offset, batch=batch):
            return
        self._count(topic)
        self._number += 1
        if self._number <= TOLD_MAX:
            get_logger().error(
                "record_unreadable", topic=topic, partition=partition, offset=offset, reason=reason
            )


def tell_of_configuration(count: Callable[[str], None]) -> Report:
    """What tells of each, and counts it by its topic."""

    def tell(unusable: UnusableRecord) -> None:
        count(unusable.topic)
        get_logger().warning(
            "configuration_unusable",
            topic=unusable.topic,
            partition=unusable.partition,
            offset=unusable.offset,
            key=unusable.key,
            problem=unusable.problem,
        )

    return tell
