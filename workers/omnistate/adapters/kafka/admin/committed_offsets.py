"""What a group has committed, as its coordinator says; names are ours, that is without the prefix.

It commits nothing.
"""

import asyncio
from typing import Any, Final, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import (
    ClusterFailure,
    deadline,
    describe,
    failure_of,
)
from omnistate.adapters.kafka.internals.requests import fetch_offsets

TIMEOUT_S: Final = 30.0
RETRY_S: Final = 0.1
# Not available, not the coordinator (any more), still loading.
_COORDINATOR_MOVES: Final = frozenset({14, 15, 16})


class CommittedOffset(NamedTuple):
    """What a group committed for a partition."""

    offset: int
    metadata: str


async def fetch_committed(
    admin: AIOKafkaAdminClient, connection: Connection, group: str
) -> dict[tuple[str, int], CommittedOffset]:
    """What a group of ours has committed, by topic and partition. Raises ClusterFailure."""
    name = connection.physical(group)
    what = f"asking for the offsets of group {name}"
    async with deadline(TIMEOUT_S, what):
        while (response := await _ask(admin, name)) is None:
            await asyncio.sleep(RETRY_S)
    if response.error_code:
        raise failure_of(what, response.error_code)
    return {
        (connection.logical(topic), partition): CommittedOffset(offset, metadata or "")
        for topic, partitions in response.topics
        for partition, offset, metadata, code in partitions
        if code == 0 and offset >= 0 and topic.startswith(connection.prefix)
    }


async def _ask(admin: AIOKafkaAdminClient, group: str) -> Any:
    """The response, None while the coordinator is being found."""
    try:
        coordinator = await admin.find_coordinator(group)
        response = await fetch_offsets(admin, group, coordinator)
    except KafkaError as error:
        if error.retriable:
            return None
        raise ClusterFailure(describe(error)) from None
    return None if response.error_code in _COORDINATOR_MOVES else response
