"""What a worker lacks, from what a broker tells of its topics, its group and its ids."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from omnistate.adapters.kafka.admin import permissions
from omnistate.adapters.kafka.admin.access import lag_permissions
from omnistate.adapters.kafka.internals.permission_requests import AuthorizedTopic
from omnistate.stream.topology import load_topology

EVERYTHING = frozenset(range(3, 13))


class Broker:
    """Tells what it is made to tell; asked for transactional ids, it notes them."""

    def __init__(self, **codes: int) -> None:
        self.codes = codes
        self.ids: list[str] = []

    async def topics(self, _: Any, names: Sequence[str]) -> list[AuthorizedTopic]:
        found = []
        for name in names:
            code = self.codes.get(name.replace("-", "_"), 0)
            count, operations = (0, None) if code else (3, EVERYTHING)
            found.append(AuthorizedTopic(code, name, count, operations))
        return found

    async def group(self, *_: Any) -> int:
        return 0

    async def transactional_id(self, _: Any, name: str) -> int:
        self.ids.append(name)
        return 53 if name.endswith("-2") else 48


async def denied(broker: Broker, group: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(permissions, "fetch_authorized", broker.topics)
    monkeypatch.setattr(permissions, "try_group", broker.group)
    monkeypatch.setattr(permissions, "try_transactional_id", broker.transactional_id)
    admin = AIOKafkaAdminClient()
    return await permissions.find_denied(admin, load_topology().group(group), str)


async def test_every_transactional_id_is_tried_whatever_may_be_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The count comes from another topic where the first one is denied."""
    broker = Broker(channel_events=29)
    assert await denied(broker, "conversation", monkeypatch) == [
        "topic channel-events: Read, Describe, DescribeConfigs",
        "transactional id conversation-2: Write",
    ]
    assert broker.ids == ["conversation-0", "conversation-1", "conversation-2"]


async def test_topics_that_are_missing_are_nothing_that_is_denied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = Broker(channel_events=3, agent_actions=3)
    assert await denied(broker, "conversation", monkeypatch) == [
        "transactional id conversation-2: Write"
    ]


@pytest.mark.parametrize("group", ["projection", "figures"])
async def test_who_has_no_transactions_needs_no_id(
    group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = Broker()
    assert await denied(broker, group, monkeypatch) == []
    assert broker.ids == []


async def test_who_only_looks_is_told_of_each_group_that_they_may_not_look_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exporter of lag is a member of none."""

    async def look(_: Any, group: str) -> int:
        return 30 if group.endswith("figures") else 0

    broker = Broker(agent_actions=29)
    monkeypatch.setattr(permissions, "fetch_authorized", broker.topics)
    monkeypatch.setattr(permissions, "look_for_group", look)
    needed = lag_permissions(load_topology())
    denied = await permissions.find_denied_views(AIOKafkaAdminClient(), needed, str)
    assert denied == [
        "topic agent-actions: Read, Describe, DescribeConfigs",
        "group figures: Describe",
    ]
