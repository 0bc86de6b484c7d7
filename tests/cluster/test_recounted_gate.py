"""The representative worker's tables, lost and counted again: no request is granted twice."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.odd_inputs import stopped
from tests.cluster.story_inputs import event
from tests.cluster.test_gate_on_kafka import CENTRE, said
from tests.cluster.test_lost_tables import ACCEPT, lose, occupied, pictures
from tests.harness.installation import Installation, installed
from tests.harness.waiting import eventually, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=1)
        yield found


def asked(number: int, subject: str) -> dict[str, Any]:
    return event(number, "assignment.requested", "ana", conversation_id=subject, units=60)


async def test_what_was_granted_is_not_granted_again(installation: Installation) -> None:
    engine, totals = installation.worker(), installation.worker("representative")
    start = {"channel": "live_chat", "workstream_id": "chat"}
    installation.send([event(1, "conversation.started", "chat-1", **start)])
    installation.send([event(2, "representative.presence", "ana", presence="available")])
    installation.send([asked(3, "chat-1")])
    pictured = functools.partial(pictures, installation)
    await eventually("held", pictured, lambda seen: occupied(seen) == 60)
    wait_until("caught up", installation.caught_up)
    assert totals.stop() == 0
    await lose(installation, "representative-holdings-changelog")

    totals = installation.worker("representative", ready=False)
    wait_until("stopped", lambda: stopped(totals, 0))
    count = len(await pictured())
    told = installation.run(*ACCEPT, "representative")
    assert "holdings: 0 rows instead of 1" in told
    assert "capacity-changes/0 is counted again from offset 0 on" in told
    assert "assignment-requests/0 goes on at offset 1" in told
    await eventually(
        "as before",
        pictured,
        lambda seen: len(seen) > count and occupied(seen) == 60,
    )
    wait_until("ready", totals.is_ready)
    assert len(await said(installation, "agent-actions", "router.assign")) == 1
    # Both tables know again what is held: there is no room, and the chat hears that they have gone.
    installation.send([asked(4, "chat-2")])
    installation.send([event(5, "representative.presence", "ana", presence="offline")])

    async def gone() -> list[str]:
        told = await said(installation, "agent-actions", "representative.disconnected")
        return [each["subject"] for each in told]

    await eventually("gone", gone, lambda seen: seen == ["chat-1"])
    (refused,) = await said(installation, "rejected-inputs", "input.rejected")
    assert (refused["subject"], refused["data"]["code"]) == ("chat-2", "no_capacity")
    assert totals.stop() == engine.stop() == 0
