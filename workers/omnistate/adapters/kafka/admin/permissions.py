"""Which permissions a worker lacks, asked before it does anything: what it needs, its group says.

It asks and judges; it does nothing that would need them, and grants none.
"""

import asyncio
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient

from omnistate.adapters.kafka.internals.permission_requests import (
    fetch_authorized,
    try_group,
    try_transactional_id,
)
from omnistate.stream.topology_parts import Group

_UNKNOWN_TOPIC: Final = 3
_TOPIC_DENIED: Final = 29
_GROUP_DENIED: Final = 30
_TRANSACTIONAL_ID_DENIED: Final = 53


class Operation(IntEnum):
    """Kafka's codes, in Kafka's words."""

    Read = 3
    Write = 4
    Describe = 8
    DescribeConfigs = 10


def needed_operations(group: Group) -> Mapping[str, frozenset[Operation]]:
    """What a worker of a group must be allowed to do with each of its topics."""
    needed = dict.fromkeys(group.topics, frozenset({Operation.Describe, Operation.DescribeConfigs}))
    changelogs = group.tables.values()
    for topics, operation in (
        ((*group.consumes, *group.follows, *changelogs), Operation.Read),
        ((*group.produces, *changelogs), Operation.Write),
    ):
        for topic in topics:
            needed[topic] |= {operation}
    return needed


async def find_denied(
    admin: AIOKafkaAdminClient, group: Group, physical: Callable[[str], str]
) -> list[str]:
    """What a worker of a group lacks, in the words of `kafka-acls`; of topics that are there.

    Raises what aiokafka raises.
    """
    needed = {physical(topic): own for topic, own in needed_operations(group).items()}
    denied: list[str] = []
    counts: dict[str, int] = {}
    for code, topic, count, allowed in await fetch_authorized(admin, list(needed)):
        counts[topic] = count
        if code == _TOPIC_DENIED:
            lacking = needed[topic]
        elif code == _UNKNOWN_TOPIC or allowed is None:
            continue
        else:
            lacking = needed[topic] - allowed
        if lacking:
            denied.append(f"topic {topic}: {', '.join(each.name for each in sorted(lacking))}")
    if await try_group(admin, physical(group.name)) == _GROUP_DENIED:
        denied.append(f"group {physical(group.name)}: Read")
    if group.tables and group.delivery == "exactly-once":
        # They have as many as the topics, of which some may not be looked at; one at least.
        alike = (*group.consumes, *group.tables.values())
        count = max(1, *(counts.get(physical(topic), 0) for topic in alike))
        ids = [physical(f"{group.name}-{number}") for number in range(count)]
        codes = await asyncio.gather(*(try_transactional_id(admin, each) for each in ids))
        lost = [
            each for each, code in zip(ids, codes, strict=True) if code == _TRANSACTIONAL_ID_DENIED
        ]
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            denied.append(f"transactional id {lost[0]}{more}: Write")
    return denied
