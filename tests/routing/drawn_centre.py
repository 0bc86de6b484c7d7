"""A centre in which everything that a router goes by happens within minutes, drawn from a seed."""

from random import Random
from typing import Any, Final

START_MS: Final = 1_772_442_040_000  # 2026-03-02T09:00:40Z, a Monday
METHODS: Final = ("highest_capacity", "least_active", "round_robin")
GATED: Final = {"assign_through_gate": True, "offer_timeout": 9}
WORKSTREAMS: Final[dict[str, Any]] = {
    "chat": {"channel": "live_chat", "units": 30, **GATED},
    "pairs": {"channel": "live_chat", "units": 40, "parallel_offers": 2, **GATED},
    "calls": {"channel": "voice", "units": 0, "profiles": ["call"], **GATED},
    "cases": {"channel": "record", "units": 0, "profiles": ["case"], **GATED},
}
PROFILES: Final = {"call": {"limit": 1, "blocking": True}, "case": {"limit": 2}}
SKILLS: Final = ("french", "spanish")
QUEUES: Final = ("billing", "night", "sales", "support")


def draw_centre(dice: Random, people: int) -> dict[str, Any]:
    """A configuration: four queues with a chain of overflow, and so many people in them."""
    methods = dice.sample(METHODS, 3)
    return {
        "workstreams": WORKSTREAMS,
        "capacity_profiles": PROFILES,
        "queues": {
            "support": {"method": methods[0], "max_declines": dice.choice((1, 2, 3))},
            "sales": {
                "priority": 5,
                "method": methods[1],
                "widen_after": dice.choice((0, 6)),
                "overflow": [
                    {"when": "waited", "seconds": 12, "do": "move", "queue_id": "support"}
                ],
            },
            "billing": {
                "method": methods[2],
                "relax_skills_after": 10,
                "max_declines": 2,
                "overflow": [
                    {"when": "nobody", "do": "close"},
                    {"when": "longer_than", "conversations": 2, "do": "move", "queue_id": "sales"},
                ],
            },
            "night": {
                "operating_hours": {"time_zone": "UTC", "mon": ["09:00-09:02"]},
                "overflow": [{"when": "closed", "do": "close"}],
            },
        },
        "representatives": {
            f"rep-{number}": {
                "units": dice.choice((60, 100)),
                "skills": dice.sample(SKILLS, dice.randint(0, 2)),
                "default_presence": dice.choice(("offline", "available", "available")),
                "queues": {
                    queue_id: dice.choice((1, 1, 2, 4))
                    for queue_id in dice.sample(QUEUES, dice.randint(2, 4))
                },
            }
            for number in range(people)
        },
    }
