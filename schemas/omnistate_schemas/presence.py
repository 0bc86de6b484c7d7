"""What representatives and supervisors say of a representative's presence, and what comes of it.

The input `representative.presence` and the output `representative.capacity_changed`, both keyed by
the representative. How presence follows from capacity stands in
`omnistate.core.representative.presence`.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from omnistate_schemas.envelope import CloudEvent, Id, Time, example
from omnistate_schemas.input_data import Data
from omnistate_schemas.output_examples import output_example
from omnistate_schemas.outputs import Cause, Count, Member, Output

Presence = Literal["available", "busy", "do_not_disturb", "away", "offline"]
PresenceReason = Literal["capacity", "set_by_representative", "set_by_supervisor"]


class PresenceData(Data):
    """The presence that somebody sets; `supervisor_id` where it was not he himself."""

    presence: Presence
    supervisor_id: Id | None = None


class RepresentativePresence(CloudEvent):
    """A representative, or a supervisor for him, sets a presence. Subject: the representative."""

    model_config = example("representative.presence", "/desktops/ana", {"presence": "away"}, "ana")

    type: Literal["representative.presence"]
    data: PresenceData


class ProfileCapacity(Member):
    """The slots of one capacity profile; `available` is negative where more are occupied."""

    limit: Count
    occupied: Count
    available: int
    blocking: bool


class RepresentativeCapacity(Member):
    """A representative's totals over all partitions, and what they make of his presence."""

    representative_id: Id
    sequence: Annotated[int, Field(ge=1)] = Field(description="1, 2, 3 … per representative.")
    units: Count = Field(description="How many units he has at present.")
    occupied_units: Count
    available_units: int = Field(description="May be negative.")
    profiles: dict[Id, ProfileCapacity]
    blocked_by_profile: bool = Field(
        description="A blocking profile is used up: nothing of any kind may be assigned."
    )
    presence: Presence = Field(description="The effective one.")
    presence_reason: PresenceReason
    set_presence: Presence | None = Field(description="What somebody set last and still counts.")
    assignable: bool = Field(
        description="Available or busy, not blocked by a profile: a router may offer him work."
    )
    gaps: Count = Field(
        description="How many capacity changes never arrived; the totals are right."
    )
    changed_at: Time
    cause: Cause | None = Field(description="Null where a changed configuration was the cause.")


CAPACITY: Final[dict[str, Any]] = {
    "representative_id": "ana",
    "sequence": 7,
    "units": 100,
    "occupied_units": 30,
    "available_units": 70,
    "profiles": {"chat": {"limit": 5, "occupied": 1, "available": 4, "blocking": False}},
    "blocked_by_profile": False,
    "presence": "busy",
    "presence_reason": "capacity",
    "set_presence": None,
    "assignable": True,
    "gaps": 0,
    "changed_at": "2026-03-02T09:15:22.123Z",
    "cause": {
        "type": "capacity.held",
        "id": "3-17.h1",
        "source": "/omnistate",
        "actor_id": None,
    },
}


class RepresentativeCapacityChanged(Output):
    """What a representative has free, or his presence, changed. The last value of a key counts."""

    model_config = output_example(
        "representative.capacity_changed", "ana.7", "ana", CAPACITY, "3-17.h1"
    )

    type: Literal["representative.capacity_changed"]
    data: RepresentativeCapacity


PRESENCE: TypeAdapter[RepresentativePresence] = TypeAdapter(RepresentativePresence)
