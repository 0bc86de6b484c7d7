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
TAPE_LENGTH = 320

REPRESENTATIVES = ("ana", "ben", "eva", "dan")
QUEUES = ("support", "billing")
BEGINNINGS = (
    "2025-03-05T09:00:00Z",
    "2025-03-05T22:58:30Z",
    "2025-03-29T22:59:00.250Z",  # Madrid's clocks go forward that night
    "2025-11-02T03:59:50Z",  # New York's go back
    "2024-12-31T14:59:59.900Z",  # midnight in Tokyo
    "2025-03-30T00:29:55Z",  # half past one in Madrid, half an hour before a clock that jumps
)
DAY_STARTS = ("00:00", "04:00", "02:30", "23:59")
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
    # Conversations of so many profiles that one representative cannot hold them all.
    is_large: bool = False


def draw_world(tape: Tape) -> World:
    """A world from the tape."""
    conversations = {}
    workstreams = {}
    is_large = tape.happens(32)
    for number in range(6 if is_large else 1 + tape.number(4)):
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
    return World(config, conversations, representatives, beginning, is_large)


class Draft:
    """The settings of a workstream that is being drawn."""

    def __init__(self, tape: Tape, kind: str, channel: str) -> None:
        self.tape, self.kind = tape, kind
        self.settings: dict[str, Any] = {"channel": tape.pick((kind, channel))}
        self.upstream = tape.number(5) >= 3
        if self.upstream:
            self.settings["authority"] = "upstream"

    def maybe(self, name: str, *values: Any) -> None:
        """Set the key to one of the values, or leave it out."""
        choice = self.tape.number(len(values) + 1)
        if choice:
            self.settings[name] = values[choice - 1]


def _draw_workstream(tape: Tape, kind: str, channel: str) -> dict[str, Any]:
    draft = Draft(tape, kind, channel)
    maybe = draft.maybe
    if kind != VO:
        maybe("distribution", "push", "push", "push", "push", "pick")
    maybe("units", 10, 45, 0)
    maybe("profiles", ["chat"], ["chat", "day"], ["day"], ["day", "call", "night"])
    maybe("block_capacity_for_wrap_up", "always", "never", 30, 60, 600)
    maybe("release_on_close", False, True)
    maybe("reserve_on_offer", True, False)
    maybe("keep_same_representative", True, True, False)
    maybe("auto_accept", False, False, False, False, False, True)
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
    _draw_second_edition(draft)
    closing = {
        stage: tape.pick((90, 40, 600, None, 10))
        for stage in ("open", "active", "wrap_up", "waiting", "resolved")
        if tape.happens(5)
    }
    if closing:
        draft.settings["auto_close"] = closing
    return draft.settings


def _draw_second_edition(draft: Draft) -> None:
    """What a kind or an authority cannot have is left out: it would be a configuration error."""
    tape, kind, maybe = draft.tape, draft.kind, draft.maybe
    if draft.upstream:
        maybe("settle_window", 0, 2, 5, 30)
    else:
        maybe("max_delay", 0, 3, 60)
        is_push = draft.settings.get("distribution", "push") == "push"
        if is_push and tape.happens(6):
            draft.settings["assign_through_gate"] = True
    if kind != RE or draft.upstream:
        maybe("parallel_offers", 1, 2, 3, 20)
    maybe("wrap_up_after_transfer", None, 30, 60)
    if kind in (PC, AM):
        maybe("reopen_from_wrap_up", True, True, False)
    if kind in (LC, PC, AM):
        maybe("release_when_idle", None, 10, 30)
        maybe("bot_response_timeout", 10, 20, None)
        maybe("time_out_rules", *(_draw_rules(tape, kind) for _ in range(2)))
    if kind != RE:
        maybe("promote_consultant", True, False)
    if kind == RE:
        maybe("can_wait", True, True, False)
    maybe("publish_recorded", True, False)
    maybe("default_queue_id", "support", None)


def _draw_rules(tape: Tape, kind: str) -> list[dict[str, Any]]:
    """At most three `time_out_rules`."""
    of_customer = ("remind", "end", "wait") if kind in (PC, AM) else ("remind", "end")
    rules = []
    for _ in range(1 + tape.number(3)):
        silent = tape.pick(("customer", "representative"))
        then = tape.pick(of_customer if silent == "customer" else ("remind", "requeue"))
        rules.append({"silent": silent, "after": tape.pick((5, 10, 20, 60)), "then": then})
    return rules


def _draw_representative(tape: Tape) -> dict[str, Any]:
    representative: dict[str, Any] = {}
    if tape.happens(3):
        representative["units"] = 60
    zone = tape.pick(TIME_ZONES)
    if zone is not None:
        representative["time_zone"] = zone
    if tape.happens(3):
        representative["day_starts"] = tape.pick(DAY_STARTS)
    if tape.happens(2):
        representative["profiles"] = tape.pick(
            ({"chat": 5}, {"chat": None, "day": 1}, {"call": 0, "night": None})
        )
    return representative
