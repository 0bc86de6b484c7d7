"""Whether the topics are still those that the store was filled from.

It only asks. Nothing is deleted here: the store may be right, and the cluster another one.
"""

import asyncio
from typing import Final

from omnistate.projections.read_model.store_ports import Bounds, Source, Store, TopicPartition
from omnistate.stream.ports import LogUnavailable

# Brokers that have just been elected may know less for a moment than they have told before.
CHECKS: Final = 3


class TopicReplaced(Exception):
    """The store is ahead of the topic; the message is one line that says what to do about it."""


def is_ahead(stored: int | None, bounds: Bounds) -> bool:
    """Whether the store has been told of records that the partition does not have."""
    return stored is not None and stored > bounds.end


async def make_sure(store: Store, source: Source, place: TopicPartition, pause_s: float) -> None:
    """Raise TopicReplaced where the store is ahead and stays so, LogUnavailable otherwise."""
    for _ in range(CHECKS):
        await asyncio.sleep(pause_s)
        stored = (await store.offsets()).get(place)
        bounds = (await source.bounds([place]))[place]
        if not is_ahead(stored, bounds):
            raise LogUnavailable("the partition's end had not been known yet")
    raise TopicReplaced(
        f"the read model is ahead of {place.topic}/{place.partition}: it was made from topics "
        "other than these; delete the keys omnistate:* (after TOPIC_PREFIX) to have it made anew"
    )
