"""The contact centre on paper: workstreams, profiles, and the CONFIG.yaml made of them.

Data alone. It must not know what happens during the day, nor who works in the centre.
"""

from dataclasses import dataclass
from typing import Any, Final

from omnistate.demo.demo_queues import QUEUES

WORKSTREAMS: Final[dict[str, dict[str, Any]]] = {
    "web-chat": {
        "channel": "live_chat",
        "units": 30,
        "block_capacity_for_wrap_up": 60,
        "offer_timeout": 60,
        "reconnect_window": 120,
        "representative_reconnect_window": 40,
        "auto_close": {"open": 1_200, "active": None, "wrap_up": 480},
        "bot_inactivity": 600,
        "bot_response_timeout": 45,
        "consult_blocks_capacity": {"direct": False, "queue": True},
        "wrap_up_after_transfer": 40,
        "time_out_rules": [
            {"silent": "customer", "after": 120, "then": "remind"},
            {"silent": "customer", "after": 300, "then": "end"},
            {"silent": "representative", "after": 150, "then": "remind"},
            {"silent": "representative", "after": 300, "then": "requeue"},
        ],
    },
    "vip-chat": {
        "channel": "live_chat",
        "units": 40,
        # Back to somebody whose desktop is lost, by `L1`, it would come and go without end.
        "keep_same_representative": False,
        "offer_timeout": 60,
        "representative_reconnect_window": 25,
        "consult_blocks_capacity": {"direct": True, "queue": True},
    },
    "member-chat": {
        "channel": "persistent_chat",
        "units": 30,
        "block_capacity_for_wrap_up": "never",
        "offer_timeout": 90,
        "auto_close": {"open": 86_400, "wrap_up": 3_600, "waiting": 14_400},
        "bot_inactivity": 900,
        "bot_response_timeout": 60,
        "time_out_rules": [
            {"silent": "customer", "after": 300, "then": "remind"},
            {"silent": "customer", "after": 720, "then": "wait"},
        ],
    },
    "text-messages": {
        "channel": "sms",
        "units": 20,
        "auto_close": {"open": 86_400, "active": 5_400, "wrap_up": 1_800, "waiting": 10_800},
        "bot_inactivity": 1_200,
        "bot_response_timeout": 60,
        "release_when_idle": 420,
        "reopen_from_wrap_up": True,
    },
    "whatsapp-care": {
        "channel": "whatsapp",
        "profiles": ["messages"],
        "block_capacity_for_wrap_up": 30,
        "release_on_close": True,
        "auto_close": {"open": 86_400, "active": 86_400, "wrap_up": 1_800, "waiting": 86_400},
        "time_out_rules": [{"silent": "customer", "after": 600, "then": "wait"}],
    },
    "social-media": {
        "channel": "messaging",
        "distribution": "pick",
        "units": 15,
        "auto_close": {"open": 10_800, "wrap_up": 2_700, "waiting": 21_600},
    },
    "service-line": {
        "channel": "voice",
        "units": 60,
        "profiles": ["call"],
        "block_capacity_for_wrap_up": "always",
        "offer_timeout": 20,
        "auto_close": {"open": 7_200, "active": 2_700, "wrap_up": 600},
        "wrap_up_after_transfer": 60,
    },
    "sales-line": {
        "channel": "voice",
        "units": 60,
        "profiles": ["call"],
        "block_capacity_for_wrap_up": 45,
        "reserve_on_offer": False,
        "offer_timeout": 25,
        "representative_reconnect_window": 10,
        "auto_close": {"open": 7_200, "active": 3_600, "wrap_up": 900},
        "wrap_up_after_transfer": 45,
    },
    "callbacks": {
        "channel": "voice",
        "units": 60,
        "profiles": ["call"],
        "block_capacity_for_wrap_up": "never",
        "auto_accept": True,
        "auto_close": {"open": 172_800, "active": 3_600, "wrap_up": 900},
    },
    # Another system rings whoever is there and says what has become of it.
    "hotline": {
        "channel": "voice",
        "authority": "upstream",
        "units": 60,
        "profiles": ["call"],
        "settle_window": 2,
        "auto_close": {"wrap_up": 1_800},
    },
    "claims": {
        "channel": "record",
        "units": 20,
        "profiles": ["claims-a-day"],
        "auto_close": {"resolved": 2_400},
    },
    "back-office": {
        "channel": "record",
        "distribution": "pick",
        "units": 20,
        "auto_close": {"resolved": 3_600},
    },
}

CAPACITY_PROFILES: Final[dict[str, dict[str, Any]]] = {
    "messages": {"limit": 4, "blocking": False, "reset": "immediate"},
    "call": {"limit": 1, "blocking": True, "reset": "immediate"},
    "claims-a-day": {"limit": 14, "blocking": False, "reset": "end_of_day"},
    "spanish": {"limit": 2, "blocking": False, "reset": "immediate"},
}

DEFAULT_UNITS: Final = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """What one conversation takes of a representative's capacity."""

    units: int
    profiles: tuple[str, ...]


def is_followed(workstream_id: str) -> bool:
    """Whether another system decides there."""
    return WORKSTREAMS[workstream_id].get("authority") == "upstream"


def writes_up(workstream_id: str) -> bool:
    """Whether whoever hands over there writes up."""
    return "wrap_up_after_transfer" in WORKSTREAMS[workstream_id]


def is_pick(workstream_id: str) -> bool:
    """Whether representatives help themselves there."""
    return WORKSTREAMS[workstream_id].get("distribution") == "pick"


def price(workstream_id: str, units: int | None, profiles: list[str] | None) -> Cost:
    """The cost by the workstream's settings and what the conversation brought along."""
    settings = WORKSTREAMS[workstream_id]
    attached: list[str] = settings.get("profiles", [])
    usual = settings.get("units", 0 if attached else DEFAULT_UNITS)
    everything = (*attached, *(name for name in profiles or () if name not in attached))
    return Cost(usual if units is None else units, everything)


def _complete(settings: dict[str, Any]) -> dict[str, Any]:
    """What is pushed goes through the gate: nobody is given more than they have room for."""
    pushed = settings.get("distribution", "push") == "push"
    if not pushed or settings.get("authority") == "upstream":
        return settings
    return {**settings, "assign_through_gate": True}


def list_pushed(configuration: dict[str, Any]) -> list[str]:
    """The workstreams of a CONFIG.yaml whose work the router gives out."""
    return [
        id_
        for id_, settings in configuration["workstreams"].items()
        if settings.get("assign_through_gate")
    ]


def describe_centre(representatives: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The object of CONFIG.yaml."""
    return {
        "workstreams": {id_: _complete(each) for id_, each in WORKSTREAMS.items()},
        "capacity_profiles": CAPACITY_PROFILES,
        "representatives": representatives,
        "queues": QUEUES,
    }
