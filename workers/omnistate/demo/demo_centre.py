"""The contact centre on paper: workstreams, queues, profiles, and the CONFIG.yaml made of them.

Data alone. It must not know what happens during the day, nor who works in the centre.
"""

from dataclasses import dataclass
from typing import Any, Final

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
        "consult_blocks_capacity": {"direct": False, "queue": True},
    },
    "vip-chat": {
        "channel": "live_chat",
        "units": 40,
        "keep_same_representative": True,
        "offer_timeout": 60,
        "representative_reconnect_window": 25,
        "consult_blocks_capacity": {"direct": True, "queue": True},
    },
    "member-chat": {
        "channel": "persistent_chat",
        "units": 30,
        "block_capacity_for_wrap_up": "never",
        "offer_timeout": 90,
        "auto_close": {"wrap_up": 3_600, "waiting": 14_400},
        "bot_inactivity": 900,
    },
    "text-messages": {
        "channel": "sms",
        "units": 20,
        "auto_close": {"active": 5_400, "wrap_up": 1_800, "waiting": 10_800},
        "bot_inactivity": 1_200,
    },
    "whatsapp-care": {
        "channel": "whatsapp",
        "profiles": ["messages"],
        "block_capacity_for_wrap_up": 30,
        "release_on_close": True,
        "auto_close": {"wrap_up": 1_800, "waiting": 86_400},
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
        "auto_close": {"active": 2_700, "wrap_up": 600},
    },
    "sales-line": {
        "channel": "voice",
        "units": 60,
        "profiles": ["call"],
        "block_capacity_for_wrap_up": 45,
        "reserve_on_offer": False,
        "offer_timeout": 25,
        "representative_reconnect_window": 10,
        "auto_close": {"active": 3_600, "wrap_up": 900},
    },
    "callbacks": {
        "channel": "voice",
        "units": 60,
        "profiles": ["call"],
        "block_capacity_for_wrap_up": "never",
        "auto_accept": True,
        "auto_close": {"active": 3_600, "wrap_up": 900},
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

QUEUES: Final = (
    "vip",
    "phone",
    "sales",
    "support",
    "billing",
    "messages",
    "claims",
    "overflow",
    "phone-overflow",
    "social",
    "back-office",
)

# Where a queue's work goes when nobody there gets round to it.
OVERFLOW_QUEUES: Final[dict[str, str]] = {
    "vip": "support",
    "phone": "phone-overflow",
    "sales": "phone",
    "support": "overflow",
    "billing": "support",
    "messages": "overflow",
}

# Where representatives send what is not theirs, by kind of channel.
TRANSFER_QUEUES: Final[dict[str, tuple[str, ...]]] = {
    "live_chat": ("support", "billing", "vip"),
    "persistent_chat": ("support", "billing"),
    "messaging": ("messages", "billing"),
    "voice": ("phone", "sales"),
    "record": ("claims", "overflow"),
}

DEFAULT_UNITS: Final = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """What one conversation takes of a representative's capacity."""

    units: int
    profiles: tuple[str, ...]


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


def describe_centre(representatives: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The object of CONFIG.yaml."""
    return {
        "workstreams": WORKSTREAMS,
        "capacity_profiles": CAPACITY_PROFILES,
        "representatives": representatives,
        "queues": {queue_id: {} for queue_id in QUEUES},
    }
