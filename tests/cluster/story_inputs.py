"""What an installation is told: single events, the story of a chat, and the centre it is set in."""

from typing import Any

from tests.harness.events import make_event

CENTRE: dict[str, Any] = {
    "workstreams": {
        "chat": {"channel": "live_chat", "offer_timeout": 1, "auto_close": {"wrap_up": 1}}
    },
    "representatives": {"ana": {"units": 100}},
    "queues": {"support": {}},
}


def event(number: int, type_: str, subject: str, **data: Any) -> dict[str, Any]:
    return make_event(type_, subject, str(number), data, time="2026-03-02T09:00:00Z")


def story(subject: str) -> list[dict[str, Any]]:
    """A chat that is offered, accepted and ended."""
    return [
        event(1, "conversation.started", subject, channel="live_chat", workstream_id="chat"),
        event(2, "router.assign", subject, representative_id="ana"),
        event(3, "representative.accept", subject, representative_id="ana"),
        event(4, "representative.end", subject, representative_id="ana"),
    ]
