"""Presence and the gate on a real broker: answers, and a lease that runs out while nobody looks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.story_inputs import event
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually

CENTRE: dict[str, Any] = {
    "workstreams": {"chat": {"channel": "live_chat", "units": 60}},
    "representatives": {"ana": {"units": 100}},
    "queues": {},
}


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=3)
        yield found


async def said(found: Installation, topic: str, type_: str) -> list[dict[str, Any]]:
    events = await read_events(found.brokers, f"{found.prefix}{topic}")
    return [each for each in events if each["type"] == type_]


async def test_a_grant_becomes_an_offer_and_a_lost_desktop_is_disconnected_once(
    installation: Installation,
) -> None:
    engine, first = installation.worker(), installation.worker("representative")
    start = {"channel": "live_chat", "workstream_id": "chat"}
    installation.send(
        [
            event(1, "conversation.started", "chat-1", **start),
            event(2, "conversation.started", "chat-2", **start),
            event(3, "representative.presence", "ana", presence="available", lease_seconds=15),
        ]
    )
    installation.send(
        [
            event(4, "assignment.requested", "ana", conversation_id="chat-1", units=60),
            event(5, "assignment.requested", "ana", conversation_id="chat-2", units=60),
        ]
    )

    async def offered() -> bool:
        held = await said(installation, "capacity-changes", "capacity.held")
        return [each["data"]["conversation_id"] for each in held] == ["chat-1"]

    await eventually("the offer", offered)
    (assigned,) = await said(installation, "agent-actions", "router.assign")
    assert assigned["source"] == "/omnistate/gate"
    assert assigned["data"]["reservation"]["units"] == 60
    (refused,) = await said(installation, "rejected-inputs", "input.rejected")
    assert (refused["subject"], refused["data"]["code"]) == ("chat-2", "no_capacity")
    # Nobody is there when the lease runs out; whoever comes says so, once.
    first.kill()
    second = installation.worker("representative")

    async def gone() -> bool:
        return bool(await said(installation, "agent-actions", "representative.disconnected"))

    await eventually("lost", gone)
    (order,) = await said(installation, "agent-actions", "representative.disconnected")
    assert (order["subject"], order["source"]) == ("chat-1", "/omnistate/presence")
    pictures = await said(
        installation, "representative-capacity", "representative.capacity_changed"
    )
    assert pictures[-1]["data"]["presence_reason"] == "lost"
    installation.send([event(6, "representative.presence", "ana", presence="available")])

    async def back() -> bool:
        return bool(await said(installation, "agent-actions", "representative.reconnected"))

    await eventually("back", back)
    assert len(await said(installation, "agent-actions", "representative.disconnected")) == 1
    assert [engine.stop(), second.stop()] == [0, 0]
