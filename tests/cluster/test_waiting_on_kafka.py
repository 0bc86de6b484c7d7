"""Reports out of order on a real Kafka: they wait in the tables, through a crash; two clocks."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from omnistate_schemas.times import format_time, parse_time_ms

from tests.harness.events import make_event
from tests.harness.installation import Installation, installed
from tests.harness.topics import read_events
from tests.harness.waiting import eventually

SETTLE_S = 30
CENTRE: dict[str, Any] = {
    "workstreams": {
        "calls": {"channel": "voice", "authority": "upstream", "settle_window": SETTLE_S},
        "chats": {"channel": "live_chat"},
    },
    "representatives": {"ana": {}},
}
# As they are told; each so many seconds before they are.
TOLD: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("conversation.started", 50, {"channel": "voice", "workstream_id": "calls"}),
    ("conversation.ended", 1, {}),
    ("conversation.answered", 4, {"representative_id": "ana"}),
    ("conversation.offered", 6, {"representative_id": "ana"}),
)


def event(id_: str, type_: str, subject: str, at_ms: int, **data: Any) -> dict[str, Any]:
    return make_event(type_, subject, id_, data, time=format_time(at_ms))


async def changes_of(found: Installation, subject: str) -> list[dict[str, Any]]:
    """The data of its changes."""
    events = await read_events(found.brokers, f"{found.prefix}conversation-state-changes")
    return [each["data"] for each in events if each["subject"] == subject]


def judge(found: Installation) -> dict[str, Any]:
    """What the audit counts; all is as it should be."""
    counts: dict[str, Any] = json.loads(found.run("audit", "--json"))["counts"]
    return counts


@pytest.mark.slow
async def test_what_waits_outlives_its_worker(brokers: str, prefix: str, tmp_path: Path) -> None:
    with installed(brokers, prefix, tmp_path) as found:
        found.set_up(CENTRE, 2)
        worker = found.worker()
        now_ms = round(time.time() * 1_000)
        call = [
            event(f"call-{number}", type_, "call", now_ms - ago_s * 1_000, **data)
            for number, (type_, ago_s, data) in enumerate(TOLD)
        ]
        begun = {"channel": "live_chat", "workstream_id": "chats"}
        chat = [
            event("chat-1", "conversation.started", "chat", now_ms - 600_000, **begun),
            event("chat-2", "customer.disconnected", "chat", now_ms - 5_000),
        ]
        found.send([*call, *chat])
        await eventually("taken", lambda: changes_of(found, "chat"), lambda seen: len(seen) == 1)
        await eventually(
            "recorded",
            lambda: read_events(found.brokers, f"{found.prefix}recorded-inputs"),
            lambda seen: len(seen) == 1,
        )
        worker.kill()
        counts = judge(found)
        assert (counts["waiting"], counts["recordings"], counts["changed"]) == (3, 1, 2)
        found.worker()
        changes = await eventually(
            "taken in order", lambda: changes_of(found, "call"), lambda seen: len(seen) == 4
        )
        assert [each["rule"] for each in changes] == ["C1", "F2", "F4", "F5"]
        # By the clock of whoever told of them, not by ours.
        assert [parse_time_ms(each["occurred_at"]) for each in changes] == [
            now_ms - ago_s * 1_000 for ago_s in (50, 6, 4, 1)
        ]
        assert [each.get("previous_status_seconds") for each in changes] == [None, 44, 2, 3]
        assert [each["input"]["offset"] for each in changes[1:]] == [
            changes[0]["input"]["offset"] + after for after in (3, 2, 1)
        ]
        (opened,) = await changes_of(found, "chat")
        assert parse_time_ms(opened["occurred_at"]) == now_ms - 600_000
        assert found.workers[-1].stop() == 0
        counts = judge(found)
        assert (counts["waiting"], counts["changed"], counts["recorded"]) == (0, 5, 1)
