"""One complete example of each output, for its model and for everything generated from it.

Values only; the models are in `outputs`.
"""

from typing import Any, Final, cast

from pydantic import ConfigDict

from omnistate_schemas.envelope import example


def output_example(
    type_: str, id_: str, subject: str, data: dict[str, Any], causationid: str | None
) -> ConfigDict:
    """The model configuration that carries one complete output."""
    config = example(type_, "/omnistate", data, subject)
    extra = config["json_schema_extra"]
    assert isinstance(extra, dict)
    (event,) = cast("list[dict[str, Any]]", extra["examples"])
    event["id"] = id_
    if causationid is not None:
        event["causationid"] = causationid
    return config


ASSIGNED: Final[dict[str, Any]] = {
    "type": "router.assign",
    "id": "evt-2",
    "source": "/router",
}
PLACE: Final[dict[str, Any]] = {"topic": "agent-actions", "partition": 3, "offset": 41}
HELD: Final[dict[str, Any]] = {
    "representative_id": "ana",
    "conversation_id": "chat-17",
    "hold_id": "3-17.h1",
    "role": "primary",
    "units": 30,
    "forced": False,
    "rule": "O1",
    "partition": 3,
    "partition_sequence": 12,
    "partition_units": 90,
    "partition_profiles": {"chat": 1},
    "cause": ASSIGNED,
}
REFUSED: Final[dict[str, Any]] = {
    "conversation_id": "chat-17",
    "status": "active",
    "detail": "awaiting_acceptance",
    "sequence": 2,
    "cause": ASSIGNED,
    "representative_id": "ana",
    "input": PLACE,
}
CHANGED: Final[dict[str, Any]] = {
    "conversation_id": "chat-17",
    "sequence": 2,
    "rule": "O1",
    "state": "open",
    "internal": False,
    "previous_status": "open",
    "status": "active",
    "previous_detail": "awaiting_assignment",
    "detail": "awaiting_acceptance",
    "reason": "awaiting_acceptance",
    "channel": "live_chat",
    "workstream_id": "support-chat",
    "previous_queue_id": "support",
    "queue_id": "support",
    "representative_id": "ana",
    "offered_representative_id": "ana",
    "handler": {"kind": "representative", "id": "ana"},
    "previous_status_seconds": 4.5,
    "transfer_count": 0,
    "abandoned": False,
    "next_timer": {"name": "offer", "at": "2026-03-02T09:17:22.123Z"},
    "cause": ASSIGNED,
    "input": PLACE,
    "occurred_at": "2026-03-02T09:15:22.123Z",
    "direction": "inbound",
    "started_at": "2026-03-02T09:15:17.623Z",
    "queued_at": "2026-03-02T09:15:17.623Z",
    "queue_since": "2026-03-02T09:15:17.623Z",
    "left_waiting": False,
    "representative_since": "2026-03-02T09:15:22.123Z",
    "offered_representative_ids": ["ana"],
    "decline_count": 0,
    "overflow_count": 0,
    "priority": 0,
    "units": 30,
}
RESERVED: Final[dict[str, Any]] = {"id": "ask-2", "source": "/router", "units": 30}
DECLINED: Final[dict[str, Any]] = {
    "representative_id": "ana",
    "conversation_id": "chat-17",
    "code": "invalid_status",
    "reservation": RESERVED,
    "cause": ASSIGNED,
}
RECORDED: Final[dict[str, Any]] = {
    "conversation_id": "chat-17",
    "sequence": 3,
    "status": "active",
    "detail": "in_conversation",
    "representative_id": "ana",
    "next_timer": {"name": "representative_reconnect", "at": "2026-03-02T09:17:52.123Z"},
    "occurred_at": "2026-03-02T09:15:22.123Z",
    "cause": {
        "type": "representative.disconnected",
        "id": "evt-2",
        "source": "/desktops/ana",
        "actor_id": "ana",
    },
    "input": PLACE,
}
REMINDED: Final[dict[str, Any]] = {
    "conversation_id": "chat-17",
    "sequence": 3,
    "status": "active",
    "detail": "in_conversation",
    "representative_id": "ana",
    "silent": "representative",
    "after": 120,
    "then": "remind",
    "occurred_at": "2026-03-02T09:17:22.123Z",
    "cause": {"type": "timer.silence"},
}
