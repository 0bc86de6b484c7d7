"""Tells of records and batches of followed topics that cannot be used: a line and a count each.

It decides nothing: whoever follows keeps the former value, and tells of each once.
"""

from collections.abc import Callable

from omnistate.adapters.kafka.configuration.configuration_follower import Report, UnusableRecord
from omnistate.process.logs import get_logger


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
