"""An example of each key of the configuration, for its table in the documents."""

from typing import Any, Final

from omnistate_schemas.configuration import (
    CapacityProfile,
    Configuration,
    Queue,
    Representative,
    Workstream,
)

_WORKSTREAM: Final[dict[str, Any]] = {
    "channel": "live_chat",
    "distribution": "push",
    "units": 30,
    "profiles": ["chat"],
    "block_capacity_for_wrap_up": 60,
    "release_on_close": True,
    "reserve_on_offer": False,
    "keep_same_representative": True,
    "auto_accept": True,
    "offer_timeout": 45,
    "reconnect_window": 300,
    "representative_reconnect_window": 60,
    "auto_close.open": 1_800,
    "auto_close.active": 3_600,
    "auto_close.wrap_up": 600,
    "auto_close.waiting": 604_800,
    "auto_close.resolved": 3_600,
    "bot_inactivity": 900,
    "closed_retention": 172_800,
    "consult_blocks_capacity.direct": True,
    "consult_blocks_capacity.queue": False,
    "authority": "upstream",
    "settle_window": 3,
    "max_delay": 600,
    "parallel_offers": 3,
    "assign_through_gate": True,
    "wrap_up_after_transfer": 60,
    "reopen_from_wrap_up": True,
    "release_when_idle": 600,
    "promote_consultant": False,
    "can_wait": True,
    "bot_response_timeout": 20,
    "time_out_rules": [
        {"silent": "customer", "after": 120, "then": "remind"},
        {"silent": "customer", "after": 300, "then": "end"},
    ],
    "publish_recorded": False,
    "default_queue_id": "front-desk",
    "allowed_presences": ["available"],
}
_PROFILE: Final[dict[str, Any]] = {
    "limit": 3,
    "blocking": True,
    "reset": "end_of_day",
}
_REPRESENTATIVE: Final[dict[str, Any]] = {
    "units": 120,
    "profiles": {"chat": 5, "case": None},
    "time_zone": "Europe/Madrid",
    "day_starts": "06:00",
    "default_presence": "available",
    "skills": ["spanish"],
    "queues": {"support": 1, "second": 2},
}
_QUEUE: Final[dict[str, Any]] = {
    "service_level_threshold": 30,
    "priority": 10,
    "widen_after": 30,
    "method": "least_active",
    "relax_skills_after": 60,
    "max_declines": 5,
    "operating_hours": {"time_zone": "Europe/Madrid", "mon-fri": ["08:00-20:00"]},
    "overflow": [{"when": "waited", "seconds": 300, "do": "move", "queue_id": "second"}],
}
EXAMPLES: Final[dict[type[Configuration], dict[str, Any]]] = {
    Workstream: _WORKSTREAM,
    CapacityProfile: _PROFILE,
    Representative: _REPRESENTATIVE,
    Queue: _QUEUE,
}
# Of numbers whose schema names no unit.
