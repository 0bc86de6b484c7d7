"""Tells of records and batches of followed topics that cannot be used: a line and a count each.

It decides nothing: whoever follows keeps the former value, and tells of each once.
"""

from collections.abc import Callable
from typing import Final

from omnistate.adapters.kafka.configuration.configuration_follower import Report, UnusableRecord
from omnistate.process.logs import get_logger

# So many are told one by one; the metrics count all of them.
TOLD: Final = 20


class UnusableRecords:
    """Those of topics that are read from offsets: what is read again is told of once."""

    def __init__(self, count: Callable[[str], None]) -> None:
        """`count` is told the topic of each."""
        self._count = count
        self._told = 0
        # A batch may be met before the records that lie before it.
        self._told_upto: dict[tuple[str, int, bool], int] = {}

    def tell(
        self, topic: str, partition: int, offset: int, reason: str, *, batch: bool = False
    ) -> None:
        """A record, or a batch that begins there, cannot be used."""
        place = topic, partition, batch
        if offset <= self._told_upto.get(place, -1):
            return
        self._told_upto[place] = offset
        self._count(topic)
        self._told += 1
        if self._told <= TOLD:
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
