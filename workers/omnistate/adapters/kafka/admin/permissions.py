"""Which permissions a worker lacks, asked before it does anything.

It asks and judges; it does nothing that would need them, and grants none. What is needed, `access`
says.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient

from omnistate.adapters.kafka.admin.access import (
    Operation,
    Permission,
    has_transactions,
    permissions_of,
)
from omnistate.adapters.kafka.internals.permission_requests import (
    fetch_authorized,
    look_for_group,
    try_group,
    try_transactional_id,
)
from omnistate.stream.topology_parts import Group

_UNKNOWN_TOPIC: Final = 3
_TOPIC_DENIED: Final = 29
_GROUP_DENIED: Final = 30
_TRANSACTIONAL_ID_DENIED: Final = 53


async def find_denied(
    admin: AIOKafkaAdminClient, group: Group, physical: Callable[[str], str]
) -> list[str]:
    """What a worker of a group lacks, in the words of `kafka-acls`; of topics that are there.

    Raises what aiokafka raises.
    """
    denied, counts = await find_denied_topics(admin, permissions_of(group), physical)
    if await try_group(admin, physical(group.name)) == _GROUP_DENIED:
        denied.append(f"group {physical(group.name)}: Read")
    if has_transactions(group):
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


async def find_denied_views(
    admin: AIOKafkaAdminClient, permissions: Iterable[Permission], physical: Callable[[str], str]
) -> list[str]:
    """What whoever looks at topics and groups lacks of these; nothing else is asked about."""
    permissions = list(permissions)
    denied, _ = await find_denied_topics(admin, permissions, physical)
    groups = [physical(each.name) for each in permissions if each.resource_type == "group"]
    codes = await asyncio.gather(*(look_for_group(admin, each) for each in groups))
    return denied + [
        f"group {group}: Describe"
        for group, code in zip(groups, codes, strict=True)
        if code == _GROUP_DENIED
    ]


async def find_denied_topics(
    admin: AIOKafkaAdminClient, permissions: Iterable[Permission], physical: Callable[[str], str]
) -> tuple[list[str], dict[str, int]]:
    """What is lacked of topics, and how many partitions each of them has, as on the cluster."""
    needed: dict[str, frozenset[Operation]] = {
        physical(each.name): frozenset(each.operations)
        for each in permissions
        if each.resource_type == "topic"
    }
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
    return denied, counts
