"""What a group's coordinator refuses a member in passing leaves nobody standing still.

A real broker's answers, one of them with the error that it gives while it loads the group.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.protocol.group import HeartbeatRequest, SyncGroupRequest
from omnistate.adapters.kafka.clients.client_shutdown import disconnecting
from omnistate.adapters.kafka.clients.connection import Connection, Membership
from omnistate.adapters.kafka.worker import membership
from omnistate.adapters.kafka.worker.projection_member import ProjectionMember
from omnistate.stream.ports import LogUnavailable
from omnistate.stream.topology import load_topology

from tests.harness.waiting import eventually

LOADING: Final = 14
UNKNOWN_SERVER_ERROR: Final = -1
GROUP: Final = load_topology().group("projection")


def refuse_once(patch: pytest.MonkeyPatch, kind: type, error: int, *, passed: int = 0) -> None:
    """Have members hear `error` once, for a request of this kind, after so many that passed."""
    make = Connection.member

    def member(connection: Connection, group: str, given: Membership) -> Any:
        made = make(connection, group, given)
        send, left = made.coordination._send, [error] + [0] * passed

        async def refuse(node_id: Any, request: Any, **options: Any) -> Any:
            answer = await send(node_id, request, **options)
            if isinstance(request, kind) and left:
                answer.error_code = left.pop() or answer.error_code
            return answer

        made.coordination._send = refuse
        return made

    patch.setattr(Connection, "member", member)


@asynccontextmanager
async def joined(brokers: str, prefix: str) -> AsyncIterator[ProjectionMember]:
    """A member of the projection's group."""
    async with disconnecting(AIOKafkaAdminClient(bootstrap_servers=brokers)) as admin:
        await admin.start()
        await admin.create_topics([NewTopic(f"{prefix}{name}", 2, 1) for name in GROUP.consumes])
    connection = Connection(brokers=brokers, prefix=prefix)
    member = ProjectionMember(connection, GROUP, Membership(6_000))
    await member.start()
    try:
        yield member
    finally:
        await member.stop()


@pytest.mark.parametrize("kind", [SyncGroupRequest, HeartbeatRequest])
async def test_a_coordinator_that_loads_is_asked_again(
    brokers: str, prefix: str, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    """Nothing is read meanwhile: a member without partitions has nothing to read."""
    refuse_once(monkeypatch, kind, LOADING)
    async with joined(brokers, prefix) as member:
        watching = asyncio.ensure_future(member.watch())

        async def share() -> int:
            return len(member.assigned)

        every = 2 * len(GROUP.consumes)
        await eventually("its share", share, lambda found: found == every or watching.done())
        # Beyond the first heartbeats, too.
        await asyncio.sleep(2 * membership.UNTAKEN_S)
        assert len(member.assigned) == every
        assert not watching.done()
        watching.cancel()


async def test_an_error_that_nobody_takes_up_ends_the_member(
    brokers: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has nothing to read while the group is being rebalanced."""
    refuse_once(monkeypatch, SyncGroupRequest, UNKNOWN_SERVER_ERROR, passed=1)
    async with joined(brokers, prefix) as member:
        other = ProjectionMember(
            Connection(brokers=brokers, prefix=prefix), GROUP, Membership(6_000)
        )
        joining = asyncio.ensure_future(other.start())
        with pytest.raises(LogUnavailable, match="UnknownError"):
            await member.watch()
        await member.stop()
        await joining
        await other.stop()
