"""What representatives and supervisors say of a representative's presence, and what comes of it.

The input `representative.presence` and the output `representative.capacity_changed`, both keyed by
the representative. How presence follows from capacity stands in
`omnistate.core.representative.presence`.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from omnistate_schemas.assignment import GRANTS_MAX, Grant
from omnistate_schemas.envelope import CloudEvent, Id, Time, example
from omnistate_schemas.input_data import Data
from omnistate_schemas.output_examples import output_example
from omnistate_schemas.output_members import Cause, Count, Member
from omnistate_schemas.outputs import Output
from omnistate_schemas.vocabulary import Presence, PresenceReason

LEASE_SECONDS_MIN: Final = 10
LEASE_SECONDS_MAX: Final = 3_600
LeaseSeconds = Annotated[
    float,
    Field(
        ge=LEASE_SECONDS_MIN,
        le=LEASE_SECONDS_MAX,
        allow_inf_nan=False,
        json_schema_extra={"x-unit": "seconds"},
    ),
]


class PresenceData(Data):
    """The presence that somebody sets."""

    presence: Presence = Field(description="The presence from now on.")
    supervisor_id: Id | None = Field(
        default=None, description="The supervisor who sets it; left out: the representative does."
    )
    lease_seconds: LeaseSeconds | None = Field(
        default=None,
        description="Seconds that the sign-in lasts unless another presence comes; left out: for "
        "ever. Where it runs out the representative is lost. With `offline` there is none.",
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
    granted: Count = Field(
        default=0, description="How many the gate has given and nobody has taken or declined yet."
    )
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
    granted_units: Count = Field(
        default=0, description="How many the gate has given and nobody has taken or declined yet."
    )
    available_units: int = Field(
        description="Units left; negative where more are taken than there are."
    )
    profiles: dict[Id, ProfileCapacity] = Field(
        default={},
        description="Slots by profile: those configured for them, and those taken or granted.",
    )
    grants: list[Grant] = Field(
        default=[],
        max_length=GRANTS_MAX,
        description="What the gate has given and nobody has taken or declined yet, oldest first.",
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
    last_granted_at: Time | None = Field(
        default=None, description="When the gate last gave them something; null: never."
    )
    last_released_at: Time | None = Field(
        default=None, description="When a hold of theirs for handling last ended; null: never."
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
    "granted_units": 20,
    "available_units": 50,
    "profiles": {
        "chat": {"limit": 5, "occupied": 1, "granted": 1, "available": 3, "blocking": False}
    },
    "grants": [
        {
            "conversation_id": "chat-18",
            "reservation": {
                "id": "chat-18.3.ana",
                "source": "/router",
                "units": 20,
                "profiles": ["chat"],
            },
            "at": "2026-03-02T09:15:21.987Z",
        }
    ],
    "blocked_by_profile": False,
    "presence": "busy",
    "presence_reason": "capacity",
    "assignable": True,
    "last_granted_at": "2026-03-02T09:15:21.987Z",
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
