"""`omnistate audit` as an operator meets it, on what a worker has left on a real cluster."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from omnistate.stream.partitioning import partition_of

from tests.harness.events import make_event
from tests.harness.installation import Installation, installed
from tests.harness.ports import free_port
from tests.harness.topics import Written, read_records, write
from tests.harness.waiting import wait_until

PARTITIONS = 3
CENTRE: dict[str, Any] = {
    "workstreams": {
        "chat": {"channel": "live_chat", "offer_timeout": 1, "auto_close": {"wrap_up": 1}}
    },
    "representatives": {"ana": {"units": 100}, "ben": {}},
    "queues": {"support": {}},
}


def event(id_: str, type_: str, subject: str, **data: Any) -> dict[str, Any]:
    return make_event(type_, subject, id_, data, time="2026-03-02T09:00:00Z")


def stories(name: str, count: int) -> list[dict[str, Any]]:
    """Chats that are offered, accepted, and ended by now and then; and what is refused."""
    found = []
    for number in range(count):
        chat, ana = f"{name}-{number}", {"representative_id": "ana"}
        found += [
            event(
                f"{chat}/1", "conversation.started", chat, channel="live_chat", workstream_id="chat"
            ),
            event(f"{chat}/2", "router.assign", chat, **ana),
            event(f"{chat}/3", "representative.accept", chat, **ana),
            event(f"{chat}/4", "customer.messaged", chat),
            event(f"{chat}/5", "representative.accept", chat, representative_id="ben"),
        ]
        if number % 2:
            found.append(event(f"{chat}/6", "representative.end", chat, **ana))
    return found


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def test_it_proves_that_nothing_was_lost_and_finds_what_was_added(
    installation: Installation,
) -> None:
    installation.set_up(CENTRE, PARTITIONS)
    first = installation.worker()
    installation.send(stories("early", 30))
    first.kill()
    installation.send(stories("late", 30))
    second = installation.worker()
    wait_until("caught up", installation.caught_up)
    wait_until("timers", lambda: second.metric("omnistate_timers_fired_total") > 0)
    # At work: the timers of half of the chats may fire at any moment.
    installation.run("audit")
    assert second.stop() == 0
    found = json.loads(installation.run("audit", "--json"))
    assert found["ok"] is True
    assert found["notes"] == []
    counts = found["counts"]
    assert counts["inputs"] == counts["replayed"] == 60 * 5 + 30
    assert counts["recorded"] == counts["refused"] == 60
    assert counts["changed"] == 60 * 3 + 30
    assert counts["changes"] == counts["changed"] + counts["timers"]
    assert counts["still held"] == 60 - counts["releases"]
    outputs = counts["changes"] + counts["refusals"] + counts["holds"] + counts["releases"]
    assert counts["compared"] == outputs
    assert counts["rows"] == counts["rows compared"] == 60

    topic = f"{installation.prefix}conversation-state-changes"
    doubled = (await read_records(installation.brokers, topic))[0]
    again = Written(topic, doubled.key, doubled.value, doubled.partition)
    await write(installation.brokers, again)
    said = installation.run("audit", status=1)
    place = f"conversation-state-changes/{doubled.partition}/"
    named = [line for line in said.splitlines() if line.startswith(f"sequence: {place}")]
    assert named, said
    assert doubled.key.decode() not in said
    found = json.loads(installation.run("audit", "--json", status=1))
    assert found["ok"] is False
    assert found["laws"]["sequence"] > 0
    offsets = {each["offset"] for each in found["violations"] if each["law"] == "sequence"}
    assert doubled.offset not in offsets
    assert max(offsets) > doubled.offset


async def test_a_lost_changelog_is_found(installation: Installation) -> None:
    """Somebody writes a tombstone for a conversation that goes on."""
    installation.set_up(CENTRE, PARTITIONS)
    worker = installation.worker()
    installation.send(stories("chat", 1))
    wait_until("caught up", installation.caught_up)
    assert worker.stop() == 0
    installation.run("audit")
    topic = f"{installation.prefix}conversation-conversations-changelog"
    number = partition_of(b"chat-0", PARTITIONS)
    await write(installation.brokers, Written(topic, b"chat-0", None, number))
    said = installation.run("audit", status=1)
    assert "this conversation has no row" in said
    assert "is still held, but in no row: its capacity leaks" in said


def test_where_there_is_nothing_to_read_it_says_so_in_a_line(
    installation: Installation,
) -> None:
    missing = installation.run("audit", status=2)
    topic = f"{installation.prefix}channel-events"
    line = f"omnistate audit: topic {topic} is missing: run omnistate topics apply"
    assert missing.splitlines() == [line]
    port = free_port()
    silent = installation.run("audit", "--brokers", f"127.0.0.1:{port}", status=3)
    assert silent.startswith("omnistate audit: no Kafka broker answers")
    assert len(silent.splitlines()) == 1
    assert len(installation.run("audit", "--brokers", "nowhere", status=2).splitlines()) == 1


def test_topics_without_any_record(installation: Installation) -> None:
    installation.set_up(CENTRE, PARTITIONS)
    found = json.loads(installation.run("audit", "--json"))
    assert found["ok"] is True
    assert not any(found["counts"].values())
