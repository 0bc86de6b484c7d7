"""An operator deletes a topic under a running worker: it says so, ends, and another one goes on."""

from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient

from tests.harness.events import make_event
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually

CENTRE: dict[str, Any] = {
    "workstreams": {"chat": {"channel": "live_chat"}},
    "representatives": {"ana": {"units": 100}},
}
# It looks three times, ten seconds apart, before it believes what it sees.
END_S = 75


def story(subject: str) -> list[dict[str, Any]]:
    """A chat is offered twice: the second offer is refused."""
    said = [
        ("conversation.started", {"channel": "live_chat", "workstream_id": "chat"}),
        ("router.assign", {"representative_id": "ana"}),
        ("router.assign", {"representative_id": "ben"}),
    ]
    return [
        make_event(type_, subject, str(number), data, time="2026-03-02T09:00:00Z")
        for number, (type_, data) in enumerate(said)
    ]


async def delete(found: Installation, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=found.brokers)
    await admin.start()
    try:
        await admin.delete_topics([found.prefix + topic])
    finally:
        await admin.close()


async def test_a_deleted_topic_ends_the_worker_and_loses_nothing_else(
    brokers: str, prefix: str, tmp_path: Path
) -> None:
    async def refused() -> list[str]:
        told = await read_events(brokers, f"{prefix}rejected-inputs")
        return sorted(each["subject"] for each in told)

    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(CENTRE, partitions=2)
        worker = found.worker()
        await delete(found, "rejected-inputs")
        # Its outcome has nowhere to go, so that it cannot be taken yet.
        found.send(story("chat-1"))
        assert worker.wait() == 2
        line = f"topic {prefix}rejected-inputs is missing: run omnistate topics apply"
        assert line in worker.log()
        assert "Traceback" not in worker.log()
        found.run("topics", "apply", "--partitions", "2", "--replication-factor", "1")
        worker = found.worker()
        found.send(story("chat-2"))
        await eventually("both refusals", refused, lambda seen: seen == ["chat-1", "chat-2"])
        assert worker.stop() == 0
        found.run("audit")
