"""The configuration objects: workstreams, capacity profiles, representatives and queues.

What CONFIG.yaml holds and what the configuration topics carry. It says what may stand there, not
what follows from it; `workstream` has the longest of them.
"""

from typing import Annotated, Final

from pydantic import BeforeValidator, ConfigDict, Field

from omnistate_schemas.auto_close import AutoClose
from omnistate_schemas.configured import Configuration
from omnistate_schemas.envelope import Id
from omnistate_schemas.input_data import PROFILES_MAX, Units
from omnistate_schemas.queue import Queue, Rank
from omnistate_schemas.time_zones import TIME_ZONE_PATTERN, TimeZone
from omnistate_schemas.vocabulary import Presence, ProfileReset
from omnistate_schemas.workstream import ConsultBlocksCapacity, Workstream

__all__ = [
    "TIME_ZONE_PATTERN",
    "AutoClose",
    "CapacityProfile",
    "Configuration",
    "ConsultBlocksCapacity",
    "ContactCentre",
    "Queue",
    "Representative",
    "Workstream",
]

# Dataverse keeps limits in a 32-bit integer.
SLOTS_MAX: Final = 2_147_483_647
Slots = Annotated[int, Field(ge=0, le=SLOTS_MAX)]
# What every beginning of a day looks like.
DAY_STARTS_PATTERN: Final = "^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"


def _empty_if_null(value: object) -> object:
    return {} if value is None else value


def _rank_all_first(value: object) -> object:
    """A list of queues as the mapping that it stands for; one that is named twice is in it once."""
    if isinstance(value, list) and all(isinstance(queue_id, str) for queue_id in value):
        return dict.fromkeys(value, 1)
    return value


Queues = Annotated[
    dict[Id, Rank],
    BeforeValidator(_rank_all_first, json_schema_input_type=dict[Id, Rank] | list[Id]),
]


class CapacityProfile(Configuration):
    """A kind of work and how many of it a representative takes at once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"limit": 3, "blocking": False, "reset": "immediate"}]}
    )

    limit: Slots = Field(
        default=1, description="Slots of a representative who has no limit of their own."
    )
    blocking: bool = Field(
        default=False, description="Once all slots are taken, no other work may be assigned either."
    )
    reset: ProfileReset = Field(
        default="immediate",
        description="When a slot is free again: with its conversation, or at the end of the day.",
    )


class Representative(Configuration):
    """A representative's capacity, and when their day begins."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"units": 100, "profiles": {"chat": 5}, "time_zone": "Europe/Madrid"}]
        }
    )

    units: Units = Field(default=100, description="How many capacity units they have.")
    profiles: dict[Id, Slots | None] = Field(
        default={},
        max_length=PROFILES_MAX,
        description="Their own slots by profile, 64 at most; null: the profile's limit.",
    )
    time_zone: TimeZone = Field(
        default="UTC",
        description="The zone of their clocks, by its IANA name.",
    )
    day_starts: Annotated[str, Field(pattern=DAY_STARTS_PATTERN)] = Field(
        default="00:00", description="When their day begins on their clocks, as `HH:MM`."
    )
    default_presence: Presence = Field(
        default="offline",
        description="Their presence until one is set for the first time; `available` follows "
        "capacity.",
    )
    skills: list[Id] = Field(default=[], description="What a router may count on them for.")
    queues: Queues = Field(
        default={},
        description="The queues that a router gives them work from, and their rank in each, 1 the "
        "first; a list of queues: rank 1 in each.",
    )


_Workstreams = BeforeValidator(_empty_if_null, json_schema_input_type=dict[Id, Workstream] | None)
_Profile = Annotated[
    CapacityProfile, BeforeValidator(_empty_if_null, json_schema_input_type=CapacityProfile | None)
]
_Representative = Annotated[
    Representative, BeforeValidator(_empty_if_null, json_schema_input_type=Representative | None)
]
_Queue = Annotated[Queue, BeforeValidator(_empty_if_null, json_schema_input_type=Queue | None)]


class ContactCentre(Configuration):
    """CONFIG.yaml; a section or an object left empty has its defaults."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "workstreams": {"support": {"channel": "live_chat"}},
                    "representatives": {"ana": {"units": 100}},
                    "queues": {"support": None},
                }
            ]
        }
    )

    workstreams: Annotated[dict[Id, Workstream], _Workstreams] = Field(
        default={}, description="Workstreams by id."
    )
    capacity_profiles: Annotated[
        dict[Id, _Profile],
        BeforeValidator(_empty_if_null, json_schema_input_type=dict[Id, _Profile] | None),
    ] = Field(default={}, description="Capacity profiles by name.")
    representatives: Annotated[
        dict[Id, _Representative],
        BeforeValidator(_empty_if_null, json_schema_input_type=dict[Id, _Representative] | None),
    ] = Field(default={}, description="Representatives by id.")
    queues: Annotated[
        dict[Id, _Queue],
        BeforeValidator(_empty_if_null, json_schema_input_type=dict[Id, _Queue] | None),
    ] = Field(default={}, description="Queues by id.")
