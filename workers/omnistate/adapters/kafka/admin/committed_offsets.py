"""What a group has committed, and who is in it, as its coordinator says.

Names are ours, that is without the prefix. It commits nothing and joins nothing.
"""

from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient

from omnistate.adapters.kafka.admin.group_coordinator import ask_coordinator
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.internals.requests import describe_group, fetch_offsets


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
    response = await ask_coordinator(
        admin, name, what, fetch_offsets, lambda answer: answer.error_code
    )
    return {
        (connection.logical(topic), partition): CommittedOffset(offset, metadata or "")
        for topic, partitions in response.topics
        for partition, offset, metadata, code in partitions
        if code == 0 and offset >= 0 and topic.startswith(connection.prefix)
    }


async def count_members(admin: AIOKafkaAdminClient, connection: Connection, group: str) -> int:
    """How many members a group of ours has now; 0 where nobody has joined it. Raises as above."""
    name = connection.physical(group)
    what = f"asking for the members of group {name}"
    response = await ask_coordinator(
        admin, name, what, describe_group, lambda answer: answer.groups[0][0]
    )
    *_, members = response.groups[0]
    return len(members)
