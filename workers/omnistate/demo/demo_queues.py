"""The queues of the contact centre: in what order, to whom and how far their work is given out.

Data alone, as CONFIG.yaml has it: what it means is the router's business.
"""

from typing import Any, Final

QUEUES: Final[dict[str, dict[str, Any]]] = {
    "vip": {
        "priority": 90,
        "method": "least_active",
        "widen_after": 20,
        "overflow": [{"when": "waited", "seconds": 240, "do": "move", "queue_id": "support"}],
    },
    "phone": {
        "priority": 60,
        "method": "round_robin",
        "operating_hours": {"time_zone": "Europe/Madrid", "mon-sun": ["08:00-24:00"]},
        "overflow": [
            {"when": "closed", "do": "close"},
            {"when": "waited", "seconds": 75, "do": "move", "queue_id": "phone-overflow"},
        ],
    },
    "sales": {
        "priority": 50,
        "method": "round_robin",
        "overflow": [
            {"when": "nobody", "do": "move", "queue_id": "phone"},
            {"when": "waited", "seconds": 75, "do": "move", "queue_id": "phone"},
        ],
    },
    "callbacks": {"priority": 55, "method": "least_active"},
    "support": {
        "priority": 30,
        "widen_after": 25,
        "relax_skills_after": 60,
        "overflow": [
            {"when": "longer_than", "conversations": 25, "do": "move", "queue_id": "overflow"},
            {"when": "waited", "seconds": 240, "do": "move", "queue_id": "overflow"},
        ],
    },
    "billing": {
        "priority": 30,
        "overflow": [{"when": "waited", "seconds": 240, "do": "move", "queue_id": "support"}],
    },
    "members": {
        "priority": 20,
        "widen_after": 60,
        "overflow": [{"when": "waited", "seconds": 1_500, "do": "move", "queue_id": "messages"}],
    },
    "messages": {"priority": 10, "method": "least_active", "widen_after": 60, "max_declines": 5},
    "claims": {"method": "least_active"},
    "overflow": {
        "priority": 40,
        "overflow": [
            {"when": "nobody", "do": "close"},
            {"when": "waited", "seconds": 150, "do": "close"},
        ],
    },
    "phone-overflow": {
        "priority": 70,
        "overflow": [
            {"when": "nobody", "do": "close"},
            {"when": "waited", "seconds": 120, "do": "close"},
        ],
    },
    "hotline": {},
    "social": {},
    "back-office": {},
}

# Where a supervisor sends what nobody there gets round to.
SECOND_QUEUES: Final[dict[str, str]] = {
    "vip": "support",
    "phone": "phone-overflow",
    "sales": "phone",
    "support": "overflow",
    "billing": "support",
    "members": "messages",
    "messages": "members",
}

# Where representatives send what is not theirs, by kind of channel.
TRANSFER_QUEUES: Final[dict[str, tuple[str, ...]]] = {
    "live_chat": ("support", "billing", "vip"),
    "persistent_chat": ("members", "messages"),
    "messaging": ("messages", "members"),
    "voice": ("phone", "sales"),
    "record": ("claims", "overflow"),
}
