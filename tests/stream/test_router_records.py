"""The router's topics: what is read from each, what is passed over, how an action looks."""

import json
from typing import Any

import pytest
from omnistate.core.router.actions import Action, AssignmentRequest, OverflowClosing, QueueMove
from omnistate.core.router.router import Router
from omnistate.stream.ports import Record, UnreadableRecord
from omnistate.stream.router.action_records import encode_action
from omnistate.stream.router.pictured_records import PicturedRecords, UnusableRecord
from omnistate_schemas.configuration import CapacityProfile, Queue, Representative, Workstream
from omnistate_schemas.envelope import ENVELOPE
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import format_time

NOW_MS = 1_772_442_000_000
WAITING: dict[str, Any] = {
    "conversation_id": "c",
    "sequence": 3,
    "rule": "C1",
    "status": "open",
    "detail": "awaiting_assignment",
    "channel": "live_chat",
    "workstream_id": "chat",
    "queue_id": "support",
    "queued_at": format_time(NOW_MS),
    "queue_since": format_time(NOW_MS),
    "units": 20,
    "profiles": ["chat"],
    "attributes": {"skills": ["french"], "tier": 3, "colour": "red", "tags": ["a"]},
    "cause": {"type": "conversation.started", "id": "e1", "source": "/gateway"},
}
FREE: dict[str, Any] = {
    "representative_id": "ana",
    "sequence": 1,
    "units": 100,
    "occupied_units": 0,
    "available_units": 100,
    "presence": "available",
    "presence_reason": "set_by_representative",
    "assignable": True,
    "gaps": 0,
    "changed_at": format_time(NOW_MS),
}


def record(topic: str, key: str, data: Any) -> Record:
    value = None if data is None else json.dumps({"type": "x", "data": data}).encode()
    return Record(topic, 0, 0, NOW_MS, key.encode(), value)


def build_records() -> PicturedRecords:
    records = PicturedRecords(Router())
    records.configure("workstreams", "chat", Workstream(channel="live_chat"))
    records.configure("capacity-profiles", "chat", CapacityProfile(limit=2))
    records.configure("queues", "support", Queue())
    person = Representative(queues={"support": 1}, skills=["french"])
    records.configure("representatives", "ana", person)
    return records


def read_all(records: PicturedRecords) -> list[Action]:
    records.take(record("representative-capacity", "ana", FREE), NOW_MS)
    records.take(record("conversation-states", "c", WAITING), NOW_MS)
    return records.router.decide(NOW_MS)


def test_from_topics_to_a_request_that_the_gate_understands() -> None:
    (request,) = read_all(build_records())
    outgoing = encode_action(request, NOW_MS)
    assert (outgoing.topic, outgoing.key) == ("assignment-requests", b"ana")
    event = json.loads(outgoing.value or b"")
    ENVELOPE.validate_python(event)
    assert event.pop("id") == request.id
    assert event == {
        "specversion": "1.0",
        "source": "/omnistate/router",
        "type": "assignment.requested",
        "subject": "ana",
        "time": "2026-03-02T09:00:00.000Z",
        "data": {
            "conversation_id": "c",
            "units": 20,
            "profiles": ["chat"],
            "expected_sequence": 3,
            "allowed_presences": ["available", "busy"],
        },
    }


@pytest.mark.parametrize(
    ("action", "type_", "data"),
    [
        (
            QueueMove("i", "c", "second", 4),
            "router.move",
            {"queue_id": "second", "overflow": True, "expected_sequence": 4},
        ),
        (
            OverflowClosing("i", "c", 4),
            "router.close",
            {"reason": "overflow", "expected_sequence": 4},
        ),
    ],
)
def test_what_overflows_goes_to_the_actions(
    action: Action, type_: str, data: dict[str, Any]
) -> None:
    outgoing = encode_action(action, NOW_MS)
    assert (outgoing.topic, outgoing.key) == ("agent-actions", b"c")
    event = json.loads(outgoing.value or b"")
    assert (event["type"], event["subject"], event["data"]) == (type_, "c", data)
    INPUTS[type_].model.model_validate(event)


def test_ids_are_the_same_for_the_same_and_others_for_others() -> None:
    first, second = read_all(build_records()), read_all(build_records())
    assert first == second
    records = build_records()
    records.take(record("representative-capacity", "ana", FREE), NOW_MS)
    records.take(record("conversation-states", "c", {**WAITING, "sequence": 4}), NOW_MS)
    (other,) = records.router.decide(NOW_MS)
    assert other.id != first[0].id


def test_a_refusal_of_ours_is_an_answer_and_others_are_passed_over() -> None:
    records = build_records()
    (request,) = read_all(records)
    assert isinstance(request, AssignmentRequest)
    refusal = {
        "conversation_id": "c",
        "code": "no_capacity",
        "message": "short of units",
        "sequence": 0,
        "cause": {"type": "assignment.requested", "id": request.id, "source": "/somebody"},
    }
    records.take(record("rejected-inputs", "c", refusal), NOW_MS)
    assert records.router.picture.under_way.asked
    refusal["cause"]["source"] = "/omnistate/router"  # type: ignore[index]
    records.take(record("rejected-inputs", "c", refusal), NOW_MS)
    assert not records.router.picture.under_way.asked


def test_tombstones_take_away() -> None:
    records = build_records()
    records.take(record("conversation-states", "c", WAITING), NOW_MS)
    records.take(record("conversation-states", "c", None), NOW_MS)
    records.take(record("representative-capacity", "ana", FREE), NOW_MS)
    assert records.router.decide(NOW_MS) == []
    records.take(record("conversation-states", "c", WAITING), NOW_MS)
    records.take(record("representative-capacity", "ana", None), NOW_MS)
    assert records.router.decide(NOW_MS) == []  # signed out until something is known of them


@pytest.mark.parametrize(
    "unusable",
    [
        Record("conversation-states", 0, 7, NOW_MS, b"c", b"{"),
        Record("conversation-states", 0, 7, NOW_MS, b"c", b'{"data": {"sequence": 1}}'),
        Record("conversation-states", 0, 7, NOW_MS, b"\xff", b"{}"),
        Record("representative-capacity", 0, 7, NOW_MS, b"ana", b'{"data": []}'),
        Record("representative-capacity", 0, 7, NOW_MS, b"ana", b'{"data": {"secret": "x\xff"}}'),
        Record("rejected-inputs", 0, 7, NOW_MS, b"c", b'"/omnistate/router"'),
        UnreadableRecord.of(("conversation-states", 0), 5, 7, NOW_MS, "checksum"),
    ],
)
def test_what_cannot_be_used_changes_nothing_and_is_not_quoted(unusable: Record) -> None:
    records = build_records()
    with pytest.raises(UnusableRecord) as refused:
        records.take(unusable, NOW_MS)
    assert "secret" not in str(refused.value)
    assert len(read_all(records)) == 1
