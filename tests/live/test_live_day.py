"""A live day on a real broker: the router asks, the gate grants, the desktops say yes or no."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.demo.world import World

from deploy.live.live_centre import WORKERS
from deploy.live.live_pace import quicken
from deploy.live.live_traffic import GATE, Traffic
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually

pytestmark = pytest.mark.slow

PARTITIONS = 3
CONVERSATIONS = 1_500
# Their morning passes in half a minute; what they wait for stays long enough to be waited for.
SPEED, QUICKENED = 300.0, 30.0
ENOUGH = 10
NEEDED = [kind for kind in dict.fromkeys(WORKERS) if kind not in {"projection", "figures"}]


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def read(found: Installation, topic: str) -> list[dict[str, Any]]:
    return await read_events(found.brokers, f"{found.prefix}{topic}")


async def test_people_sign_in_and_are_given_work_by_the_gate(installation: Installation) -> None:
    world = World(7, CONVERSATIONS)
    installation.set_up(quicken(world.configuration, QUICKENED), PARTITIONS)
    assert NEEDED == ["conversation", "representative", "router"]
    for kind in NEEDED:
        installation.worker(kind, ready=False)
    installation.await_ready()
    connection = Connection(brokers=installation.brokers, prefix=installation.prefix)
    traffic = Traffic(connection, world, SPEED)
    running = asyncio.create_task(traffic.run())
    try:

        async def much_is_accepted() -> bool:
            assert not running.done(), running
            changes = await read(installation, "conversation-state-changes")
            rules = Counter(each["data"]["rule"] for each in changes)
            return rules["A1"] >= ENOUGH and traffic.given >= ENOUGH

        await eventually("offers are accepted", much_is_accepted)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    presences = await read(installation, "representative-presence")
    assert all(
        each["data"]["lease_seconds"] >= 10
        for each in presences
        if each["data"]["presence"] != "offline"
    )
    capacities = await read(installation, "representative-capacity")
    signed_in = {each["subject"] for each in capacities if each["data"]["presence"] != "offline"}
    assert signed_in <= {each["subject"] for each in presences}
    actions = await read(installation, "agent-actions")
    sources = {each["source"] for each in actions if each["type"] == "router.assign"}
    assert sources == {GATE}, "nobody but the gate assigns"
    changes = await read(installation, "conversation-state-changes")
    given = [each for each in changes if each["data"]["cause"].get("source") == GATE]
    assert {
        each["data"]["representative_id"] for each in given if each["data"]["rule"] == "O1"
    } <= signed_in
    assert len(given) >= traffic.given
