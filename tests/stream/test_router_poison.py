"""What is followed cannot harm a router: a record is used, or said to be unusable."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.core.router.explanation import explain
from omnistate.core.router.queue_standing import list_standings
from omnistate.core.router.router import Router
from omnistate.core.router.seen import ConversationSeen
from omnistate.stream.ports import Record
from omnistate.stream.router.action_records import encode_action
from omnistate.stream.router.pictured_records import PicturedRecords, UnusableRecord
from omnistate_schemas.configuration import CapacityProfile, Queue, Representative, Workstream
from omnistate_schemas.times import format_time

NOW_MS = 1_772_442_000_000
AT = format_time(NOW_MS - 60_000)
CONVERSATION: dict[str, Any] = {
    "conversation_id": "c",
    "sequence": 3,
    "rule": "A2",
    "status": "open",
    "detail": "awaiting_assignment",
    "channel": "live_chat",
    "workstream_id": "chat",
    "queue_id": "support",
    "queued_at": AT,
    "queue_since": AT,
    "representative_since": AT,
    "representative_id": "ana",
    "decline_count": 1,
    "priority": 4,
    "units": 20,
    "profiles": ["chat"],
    "offered_representative_ids": [],
    "skipped_representative_ids": ["ben"],
    "attributes": {"skills": ["french"], "preferred_representatives": "ana"},
}
CAPACITY: dict[str, Any] = {
    "representative_id": "ana",
    "available_units": 100,
    "presence": "available",
    "presence_reason": "capacity",
    "profiles": {"chat": {"available": 2, "occupied": 0, "granted": 0, "blocking": False}},
    "grants": [{"conversation_id": "d", "reservation": {"id": "r", "source": "/s"}, "at": AT}],
    "last_granted_at": AT,
    "last_released_at": AT,
    "blocked_by_profile": False,
}
REFUSAL: dict[str, Any] = {
    "code": "no_capacity",
    "conversation_id": "c",
    "representative_id": "ana",
    "sequence": 0,
    "cause": {"type": "assignment.requested", "id": "x", "source": "/omnistate/router"},
}
TOPICS = {
    "conversation-states": ("c", CONVERSATION),
    "representative-capacity": ("ana", CAPACITY),
    "rejected-inputs": ("c", REFUSAL),
}
TIMES = st.sampled_from(
    ["", "now", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-03-02T09:00:00Z"]
)
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**52)
    | st.floats(allow_nan=False)
    | TIMES
    | st.sampled_from(["open", "active", "closed", "voice", "record", "ana", "\ud800", "c" * 300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@st.composite
def poisoned(draw: st.DrawFn) -> Record:
    topic = draw(st.sampled_from(sorted(TOPICS)))
    key, data = TOPICS[topic]
    changed: dict[str, Any] = json.loads(json.dumps(data))
    for name in draw(st.lists(st.sampled_from(sorted(data)), max_size=3)):
        if isinstance(data[name], dict) and draw(st.booleans()):
            inner = draw(st.sampled_from(sorted(data[name])))
            changed[name] = {**data[name], inner: draw(ODD)}
        else:
            changed[name] = draw(ODD)
    value = json.dumps({"type": "x", "data": changed}).encode()
    if draw(st.integers(0, 9)) == 0:
        value = draw(st.binary(max_size=20))
    return Record(topic, 0, 0, NOW_MS, draw(st.sampled_from([key, "d"])).encode(), value)


def build_records() -> PicturedRecords:
    records = PicturedRecords(Router())
    records.configure("workstreams", "chat", Workstream(channel="live_chat"))
    records.configure("capacity-profiles", "chat", CapacityProfile(limit=2))
    hours = {"time_zone": "Pacific/Auckland", "mon-sun": ["00:00-24:00"]}
    rules = [
        {"when": "closed", "do": "close"},
        {"when": "waited", "seconds": 300, "do": "close"},
        {"when": "longer_than", "conversations": 3, "do": "close"},
    ]
    queue = {"operating_hours": hours, "overflow": rules, "widen_after": 5}
    records.configure("queues", "support", Queue.model_validate(queue))
    for name in ("ana", "ben"):
        person = Representative(queues={"support": 1}, skills=["french"])
        records.configure("representatives", name, person)
    return records


@given(st.lists(poisoned(), min_size=1, max_size=8))
def test_any_record_is_used_or_said_to_be_unusable(found: list[Record]) -> None:
    records = build_records()
    for number, record in enumerate(found):
        now_ms = NOW_MS + number * 7_000
        seen = None
        with suppress(UnusableRecord):
            seen = records.take(record, now_ms)
        for action in records.router.decide(now_ms):
            encode_action(action, now_ms)
        list(list_standings(records.router.picture, now_ms))
        if isinstance(seen, ConversationSeen):
            explain(records.router.picture, records.taken_up, seen, now_ms)


@pytest.mark.parametrize(
    ("topic", "member", "value"),
    [
        ("conversation-states", "conversation_id", "d"),
        ("conversation-states", "channel", "pigeon"),
        ("conversation-states", "sequence", -1),
        ("conversation-states", "sequence", 2**60),
        ("conversation-states", "units", 2**70),
        ("conversation-states", "queued_at", "yesterday"),
        ("conversation-states", "queue_since", "9999-12-31T23:59:59Z"),
        ("conversation-states", "representative_since", "0001-01-01T00:00:00+14:00"),
        ("representative-capacity", "representative_id", "ben"),
        ("representative-capacity", "available_units", 2**60),
        ("representative-capacity", "last_granted_at", "soon"),
        ("representative-capacity", "last_released_at", "9999-12-31T23:59:59Z"),
    ],
)
def test_what_would_harm_it_later_is_not_taken(topic: str, member: str, value: object) -> None:
    key, data = TOPICS[topic]
    changed = json.dumps({"type": "x", "data": {**data, member: value}}).encode()
    with pytest.raises(UnusableRecord):
        build_records().take(Record(topic, 0, 0, NOW_MS, key.encode(), changed), NOW_MS)


def test_the_records_that_are_poisoned_are_used_as_they_are() -> None:
    records = build_records()
    for topic, (key, data) in TOPICS.items():
        value = json.dumps({"type": "x", "data": data}).encode()
        records.take(Record(topic, 0, 0, NOW_MS, key.encode(), value), NOW_MS)
    assert [action.conversation_id for action in records.router.decide(NOW_MS)] == ["c"]
