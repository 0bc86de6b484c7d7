"""Small random worlds: a configuration, a few conversations and representatives.

Every setting of contract.md#configuration varies; durations are mostly short, so that timers
fire. All configurations are valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .choices import Tape
from .vocabulary import AM, KINDS, LC, PC, RE, VO
from .wire import parse_time

# How much tape a world may use.
TAPE_LENGTH = 160

REPRESENTATIVES = ("ana", "ben", "eva", "dan")
QUEUES = ("support", "billing")
BEGINNINGS = (
    "2025-03-05T09:00:00Z",
    "2025-03-05T22:58:30Z",
    "2025-03-29T22:59:00.250Z",  # Madrid's clocks go forward that night
    "2025-11-02T03:59:50Z",  # New York's go back
    "2024-12-31T14:59:59.900Z",  # midnight in Tokyo
)
TIME_ZONES = ("Europe/Madrid", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu", None)
CHANNELS = {
    LC: (LC,),
    PC: (PC,),
    VO: (VO,),
    RE: (RE,),
    AM: ("sms", "whatsapp", "teams"),
}
CAPACITY_PROFILES: dict[str, Any] = {
    "chat": {"limit": 3},
    "day": {"limit": 2, "reset": "end_of_day"},
    "night": {"limit": 1, "reset": "end_of_day", "blocking": False},
    "call": {"limit": 1, "blocking": True, "reset": "immediate"},
}


@dataclass(frozen=True)
class World:
    """A configuration and who lives under it."""

    config: dict[str, Any]
    # Conversation id -> its channel and workstream.
    conversations: dict[str, tuple[str, str]]
    representatives: tuple[str, ...]
    beginning: int


def draw_world(tape: Tape) -> World:
    """A world from the tape."""
    conversations = {}
    workstreams = {}
    for number in range(1 + tape.number(4)):
        kind = tape.pick(KINDS)
        channel = tape.pick(CHANNELS[kind])
        workstream_id = f"desk-{number}"
        workstreams[workstream_id] = _draw_workstream(tape, kind, channel)
        conversations[f"c{number}"] = (channel, workstream_id)
    representatives = REPRESENTATIVES[: 2 + tape.number(3)]
    # The last one is unknown to the configuration now and then.
    known = representatives[: len(representatives) - tape.happens(3)]
    beginning = parse_time(tape.pick(BEGINNINGS))
    assert beginning is not None
    config = {
        "workstreams": workstreams,
        "capacity_profiles": CAPACITY_PROFILES,
        "representatives": {id_: _draw_representative(tape) for id_ in known},
        "queues": {queue: {} for queue in QUEUES},
    }
    return World(config, conversations, representatives, beginning)


def _draw_workstream(tape: Tape, kind: str, channel: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"channel": tape.pick((kind, channel))}

    def maybe(name: str, *values: Any) -> None:
        """Set the key to one of the values, or leave it out."""
        choice = tape.number(len(values) + 1)
        if choice:
            settings[name] = values[choice - 1]

    if kind != VO:
        maybe("distribution", "push", "push", "pick")
    maybe("units", 10, 45, 0)
    maybe("profiles", ["chat"], ["chat", "day"], ["day"], ["day", "call", "night"])
    maybe("block_capacity_for_wrap_up", "always", "never", 30, 60, 600)
    maybe("release_on_close", False, True)
    maybe("reserve_on_offer", True, False)
    maybe("keep_same_representative", True, True, False)
    maybe("auto_accept", False, False, False, True)
    maybe("offer_timeout", 10, 60, 60, None)
    maybe("reconnect_window", 20, 60, None)
    maybe("representative_reconnect_window", 10, 20, 60, None)
    maybe("bot_inactivity", 20, 60, None)
    maybe("closed_retention", 5, 60, 3600, None)
    maybe(
        "consult_blocks_capacity",
        {"direct": True},
        {"queue": False},
        {"direct": True, "queue": True},
    )
    closing = {
        stage: tape.pick((90, 40, 600, None, 10))
        for stage in ("open", "active", "wrap_up", "waiting", "resolved")
        if tape.happens(5)
    }
    if closing:
        settings["auto_close"] = closing
    return settings


def _draw_representative(tape: Tape) -> dict[str, Any]:
    representative: dict[str, Any] = {}
    if tape.happens(3):
        representative["units"] = 60
    zone = tape.pick(TIME_ZONES)
    if zone is not None:
        representative["time_zone"] = zone
    if tape.happens(2):
        representative["profiles"] = tape.pick(
            ({"chat": 5}, {"chat": None, "day": 1}, {"call": 0, "night": None})
        )
    return representative
