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
from omnistate_schemas.output_members import Cause, Count, Member
from omnistate_schemas.outputs import Output
from omnistate_schemas.vocabulary import Presence, PresenceReason


class PresenceData(Data):
    """The presence that somebody sets."""

    presence: Presence = Field(description="The presence from now on.")
    supervisor_id: Id | None = Field(
        default=None, description="The supervisor who sets it; left out: the representative does."
    )


class RepresentativePresence(CloudEvent):
    """A representative, or a supervisor for them, sets a presence. Subject: the representative."""

    model_config = example("representative.presence", "/desktops/ana", {"presence": "away"}, "ana")

    subject: Id = Field(description="The representative; also the record's Kafka key.")
    type: Literal["representative.presence"]
    data: PresenceData


class ProfileCapacity(Member):
    """The slots of one capacity profile."""

    limit: Count = Field(description="How many slots the representative has.")
    occupied: Count = Field(description="How many slots are taken, over all partitions.")
    available: int = Field(description="Slots left; negative where more are taken than there are.")
    blocking: bool = Field(description="Used up, it keeps all other work away, too.")


class RepresentativeCapacity(Member):
    """A representative's totals over all partitions, and what they make of their presence."""

    representative_id: Id = Field(description="The representative; also the event's `subject`.")
    sequence: Annotated[int, Field(ge=1)] = Field(
        description="Counts the representative's changes: 1, 2, 3 … without gaps."
    )
    units: Count = Field(description="How many capacity units they have at present.")
    occupied_units: Count = Field(description="How many units are taken, over all partitions.")
    available_units: int = Field(
        description="Units left; negative where more are taken than there are."
    )
    profiles: dict[Id, ProfileCapacity] = Field(
        default={},
        description="Slots by profile: those configured for them, and those that are taken.",
    )
    blocked_by_profile: bool = Field(
        description="A blocking profile is used up: nothing of any kind may be assigned."
    )
    presence: Presence = Field(description="The effective presence.")
    presence_reason: PresenceReason = Field(description="Where the effective presence comes from.")
    set_presence: Presence | None = Field(
        default=None,
        description="What somebody set last and still counts; left out where capacity decides.",
    )
    assignable: bool = Field(
        description="Available or busy, not blocked by a profile: a router may offer them work."
    )
    gaps: Count = Field(
        description="How many capacity changes never arrived; the totals are right."
    )
    changed_at: Time = Field(description="When it changed.")
    cause: Cause | None = Field(
        default=None, description="What led to it; left out where a changed configuration did."
    )


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
    "assignable": True,
    "gaps": 0,
    "changed_at": "2026-03-02T09:15:22.123Z",
    "cause": {
        "type": "capacity.held",
        "id": "3-17.h1",
        "source": "/omnistate",
    },
}


class RepresentativeCapacityChanged(Output):
    """What a representative has free, or their presence, changed. A key's last value counts."""

    model_config = output_example(
        "representative.capacity_changed", "ana.7", "ana", CAPACITY, "3-17.h1"
    )

    type: Literal["representative.capacity_changed"]
    data: RepresentativeCapacity


PRESENCE: TypeAdapter[RepresentativePresence] = TypeAdapter(RepresentativePresence)
