"""Changelogs that were lost on a real broker: a stop, and how to go on with what is left."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.odd_inputs import begun, connection_of, stopped
from tests.cluster.story_inputs import CENTRE, event
from tests.cluster.test_remade_topics import delete
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events, read_records
from tests.harness.waiting import eventually, wait_until

pytestmark = pytest.mark.slow
# By two chats, 30 units each.
HELD = 60
ACCEPT = ("tables", "accept", "--group")


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=1)
        yield found


def accepted(subject: str) -> list[dict[str, Any]]:
    """A chat that ana has."""
    return [
        event(1, "conversation.started", subject, channel="live_chat", workstream_id="chat"),
        event(2, "router.assign", subject, representative_id="ana"),
        event(3, "representative.accept", subject, representative_id="ana"),
    ]


async def lose(found: Installation, *topics: str) -> None:
    """Delete them; `topics apply` makes them anew, and empty."""
    for topic in topics:
        await delete(connection_of(found), topic)
    found.lay_out(1)


async def released(found: Installation) -> list[dict[str, Any]]:
    """The data of every release."""
    told = await read_events(found.brokers, f"{found.prefix}capacity-changes")
    return [each["data"] for each in told if each["type"] == "capacity.released"]


async def statuses(found: Installation) -> dict[str, str]:
    """Each conversation's last status."""
    told = await read_events(found.brokers, f"{found.prefix}conversation-state-changes")
    return {each["subject"]: each["data"]["status"] for each in told}


async def pictures(found: Installation) -> list[dict[str, Any]]:
    """Every total of ana."""
    told = await read_events(found.brokers, f"{found.prefix}representative-capacity")
    return [each["data"] for each in told if each["subject"] == "ana"]


def occupied(seen: list[dict[str, Any]]) -> int:
    """How many units the last picture shows."""
    units: int = seen[-1]["occupied_units"] if seen else -1
    return units


async def test_conversations_are_forgotten_and_their_capacity_comes_back(
    installation: Installation,
) -> None:
    worker, totals = installation.worker(), installation.worker("representative")
    installation.send([*accepted("chat-1"), *accepted("chat-2")])
    pictured = functools.partial(pictures, installation)
    await eventually("both are held", pictured, lambda seen: occupied(seen) == HELD)
    active = {"chat-1": "active", "chat-2": "active"}
    now = functools.partial(statuses, installation)
    await eventually("both are active", now, lambda seen: seen == active)
    wait_until("caught up", installation.caught_up)
    assert worker.stop() == 0
    await lose(installation, "conversation-conversations-changelog")

    worker = installation.worker(ready=False)
    wait_until("stopped", lambda: stopped(worker, 0))
    _, page = worker.get("/health/ready")
    assert "conversations: 0 rows instead of 2; omnistate tables accept" in page
    told = installation.run(*ACCEPT, "conversation", "--dry-run")
    assert "conversation/0: chat-1 is forgotten: its row is lost" in told
    assert "1 partitions would go on" in told
    assert await released(installation) == []
    told = installation.run(*ACCEPT, "conversation")
    assert told.count("is forgotten") == told.count("are given back") == 2
    assert "0 partitions" in installation.run(*ACCEPT, "conversation")
    await eventually("nothing is held", pictured, lambda seen: occupied(seen) == 0)
    assert {each["rule"] for each in await released(installation)} == {"lost"}
    states = await read_records(installation.brokers, f"{installation.prefix}conversation-states")
    assert {each.key: each.value for each in states} == {b"chat-1": None, b"chat-2": None}

    wait_until("ready", worker.is_ready)
    installation.send(accepted("chat-3"))
    await eventually(
        "another one", functools.partial(begun, installation), lambda seen: "chat-3" in seen
    )
    said = installation.run("audit", status=1)
    assert "this conversation has no row" in said
    assert "leaks" not in said
    assert worker.stop() == totals.stop() == 0


async def test_what_can_be_made_anew_is(installation: Installation) -> None:
    worker = installation.worker()
    installation.send(accepted("chat-1"))
    now = functools.partial(statuses, installation)
    await eventually("begun", now, lambda seen: seen == {"chat-1": "active"})
    wait_until("caught up", installation.caught_up)
    assert worker.stop() == 0
    await lose(
        installation,
        "conversation-counters-changelog",
        "conversation-settings-changelog",
        "conversation-positions-changelog",
    )
    worker = installation.worker(ready=False)
    wait_until("stopped", lambda: stopped(worker, 0))
    told = installation.run(*ACCEPT, "conversation")
    assert "positions: none, and inputs are committed" in told
    assert "forgotten" not in told
    wait_until("ready", worker.is_ready)
    installation.send([event(4, "representative.end", "chat-1", representative_id="ana")])
    await eventually("closed", now, lambda seen: seen == {"chat-1": "closed"})
    (release,) = await released(installation)
    assert release["partition_units"] == 0
    assert release["partition_sequence"] == 2
    assert worker.stop() == 0
    installation.run("audit")


async def test_totals_are_counted_again(installation: Installation) -> None:
    worker, totals = installation.worker(), installation.worker("representative")
    installation.send([*accepted("chat-1"), *accepted("chat-2")])
    pictured = functools.partial(pictures, installation)
    await eventually("both are held", pictured, lambda seen: occupied(seen) == HELD)
    assert totals.stop() == 0
    await lose(installation, "representative-totals-changelog")
    totals = installation.worker("representative", ready=False)
    wait_until("stopped", lambda: stopped(totals, 0))
    count = len(await pictured())
    told = installation.run(*ACCEPT, "representative")
    assert "capacity-changes/0 is counted again from offset 0 on" in told
    await eventually(
        "as before", pictured, lambda seen: len(seen) > count and occupied(seen) == HELD
    )
    wait_until("ready", totals.is_ready)
    assert worker.stop() == totals.stop() == 0
    said = installation.run("audit", status=1)
    assert "the position goes back: the clock" not in said
    installation.run(*ACCEPT, "projection", status=2)
