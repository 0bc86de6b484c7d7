"""`omnistate router explain` over topics: what it finds, how it says it, and what it leaves out."""

import json
from typing import Any

import pytest
from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.audit.source import MemoryReader
from omnistate.cli.router import read_picture
from omnistate.cli.router_words import format_json, format_lines, format_queue
from omnistate.core.router.explanation import Explanation, explain
from omnistate.core.router.queue_explanation import explain_queue
from omnistate_schemas.times import format_time

from tests.core.router_members import describe_waiting

NOW_MS = 1_772_442_000_000
PUBLISHED: dict[str, dict[bytes, bytes | None]] = {
    "workstreams": {b"chat": b'{"channel": "live_chat"}', b"unknown": None},
    "capacity-profiles": {},
    "representatives": {
        b"ana": b'{"queues": {"support": 1}}',
        b"ben": b'{"queues": ["support"], "skills": ["french"]}',
    },
    "queues": {
        b"support": b'{"overflow": [{"when": "waited", "seconds": 300, "do": "close"}]}',
        b"broken": b'{"priority": "high"}',
    },
}


class Topics:
    """The compacted topics in memory, in two partitions each."""

    def __init__(self) -> None:
        counts = {"conversation-states": 2, "representative-capacity": 2}
        self.log = MemoryLog(counts, lambda: NOW_MS)

    def publish(self, topic: str, partition: int, key: str, data: Any) -> None:
        value = None if data is None else json.dumps({"data": data}).encode()
        self.log.append(topic, key.encode(), value, partition=partition)

    def conversation(self, id_: str, **more: Any) -> None:
        known = {"sequence": 2, **more}
        data = describe_waiting(id_, format_time(NOW_MS - 60_000), **known)
        self.publish("conversation-states", len(id_) % 2, id_, data)

    def person(self, id_: str, **more: Any) -> None:
        data = {"representative_id": id_, "presence": "busy", "available_units": 20, **more}
        self.publish("representative-capacity", len(id_) % 2, id_, data)


async def read_explanation(topics: Topics, id_: str) -> Explanation | None:
    found = await read_picture(MemoryReader(topics.log), PUBLISHED, id_, NOW_MS)
    if found.last is None:
        return None
    records = found.records
    return explain(records.router.picture, records.taken_up, found.last, NOW_MS)


async def test_why_it_waits_in_lines_and_in_json() -> None:
    topics = Topics()
    topics.conversation("c-1", attributes={"skills": ["french"]})
    topics.conversation(
        "c-22",
        status="active",
        detail="in_conversation",
        representative_id="ben",
        representative_since=format_time(NOW_MS - 300_000),
    )
    topics.person("ana", available_units=100)
    topics.person("ben")
    found = await read_explanation(topics, "c-1")
    assert found is not None
    assert format_lines(found).splitlines() == [
        "c-1: awaiting_assignment in support, sequence 2",
        "nobody in its queue can be given it now",
        "place 1 of 1 in support",
        "about 1800 s to wait: place 1, and 1 were taken up from it in the last 30 min",
        "people",
        "  ana (rank 1): skills: lacks french",
        "  ben (rank 1): capacity: 20 units available, 30 needed",
        "overflow, the first that holds",
        "  1. waited: closed, at 2026-03-02T09:04:00.000Z, where it waits until then",
    ]
    told = json.loads(format_json(found))
    assert (told["place"], told["waiting"]) == (1, 1)
    assert [each["obstacle"] for each in told["people"]] == ["skills", "capacity"]


async def test_what_goes_before_has_been_asked_already() -> None:
    topics = Topics()
    topics.conversation("first", queued_at=format_time(NOW_MS - 90_000))
    topics.conversation("second")
    topics.person("ana", available_units=100)
    found = await read_explanation(topics, "second")
    assert found is not None
    assert found.place == 2
    assert "  ana (rank 1): asked already: is being asked for first" in format_lines(found)


@pytest.mark.parametrize("is_forgotten", [False, True])
async def test_one_that_nobody_knows(is_forgotten: bool) -> None:
    topics = Topics()
    if is_forgotten:
        topics.conversation("c")
        topics.publish("conversation-states", 1, "c", None)
    assert await read_explanation(topics, "c") is None


async def test_what_cannot_be_used_is_said_and_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    topics = Topics()
    topics.conversation("c")
    topics.publish("conversation-states", 1, "d", {"sequence": "x"})
    found = await read_explanation(topics, "c")
    assert found is not None
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "left out: queues broken: " in said[0]
    assert "left out: conversation-states/1/1: " in said[1]


async def test_what_waits_in_a_queue_in_the_order_in_which_it_is_given_out() -> None:
    topics = Topics()
    topics.conversation("c-1", attributes={"skills": ["french"]})
    topics.conversation("old", queued_at=format_time(NOW_MS - 90_000))
    topics.conversation("urgent", priority=5)
    topics.conversation("declined", decline_count=3)
    topics.person("ana", available_units=100)
    topics.person("ben", available_units=100)
    pictured = await read_picture(MemoryReader(topics.log), PUBLISHED, None, NOW_MS)
    picture, taken_up = pictured.records.router.picture, pictured.records.taken_up
    found = explain_queue(picture, taken_up, "support", NOW_MS, 3)
    assert found is not None
    assert [(each.conversation_id, each.place) for each in found.work] == [
        ("urgent", 1),
        ("old", 2),
        ("c-1", 3),
    ]
    assert found.work[2].people == {"asked_already": 1, "skills": 1}
    assert found.work[2].says == "nobody in its queue can be given it now"
    assert format_queue(found).splitlines() == [
        "support: 4 wait, 2 of 2 signed in",
        "1. urgent (since 2026-03-02T08:59:00.000Z): the gate is being asked to give it to ana",
        "   people: 2 asked already",
        "   no estimate of the wait: nothing was taken up from it in the last 30 min",
        "2. old (since 2026-03-02T08:58:30.000Z): the gate is being asked to give it to ben",
        "   people: 2 asked already",
        "   no estimate of the wait: nothing was taken up from it in the last 30 min",
        "3. c-1 (since 2026-03-02T08:59:00.000Z): nobody in its queue can be given it now",
        "   people: 1 asked already, 1 skills",
        "   no estimate of the wait: nothing was taken up from it in the last 30 min",
        "and 1 more",
    ]
    whole = explain_queue(picture, taken_up, "support", NOW_MS, 9)
    assert whole is not None
    assert (whole.work[3].conversation_id, whole.work[3].place) == ("declined", None)
    assert explain_queue(picture, taken_up, "nowhere", NOW_MS, 3) is None
