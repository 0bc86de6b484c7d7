"""What a router asks the gate for, and what the gate gives.

The input `assignment.requested`, keyed by the representative, and the members of a grant. What is
given is an offer like any other, a `router.assign`; when it is, stands in
`omnistate.core.representative.gate`.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from omnistate_schemas.envelope import CloudEvent, Id, Time, example
from omnistate_schemas.input_data import Data, Profiles, Units
from omnistate_schemas.output_data import GrantedReservation
from omnistate_schemas.output_members import Member
from omnistate_schemas.vocabulary import Presence

# So many grants of a representative may wait for their holds.
GRANTS_MAX: Final = 64


class Grant(Member):
    """An offer that the gate has made, and that nobody has taken or declined yet."""

    conversation_id: Id = Field(description="The conversation that is offered.")
    reservation: GrantedReservation = Field(description="What is kept for it.")
    at: Time = Field(description="Since when.")


class AssignmentRequestedData(Data):
    """Whether a conversation may be given to the representative, and what it costs."""

    conversation_id: Id = Field(description="The conversation.")
    units: Units | None = Field(default=None, description="Capacity units; left out: none.")
    profiles: Profiles | None = Field(
        default=None, description="Capacity profiles, a slot of each; left out: none."
    )
    expected_sequence: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Passed on: the offer counts only for this `sequence`."
    )
    auto_accept: bool | None = Field(default=None, description="Passed on to the offer.")
    allowed_presences: Annotated[list[Presence], Field(min_length=1)] | None = Field(
        default=None,
        description="Which presences will do; left out: `available` and `busy`. One that only "
        "follows from capacity always will.",
    )


class AssignmentRequested(CloudEvent):
    """Somebody asks for a representative's capacity. Subject: the representative."""

    model_config = example(
        "assignment.requested",
        "/router",
        {"conversation_id": "chat-18", "units": 20, "profiles": ["chat"], "expected_sequence": 3},
        "ana",
    )

    subject: Id = Field(description="The representative; also the record's Kafka key.")
    type: Literal["assignment.requested"]
    data: AssignmentRequestedData


ASSIGNMENT: TypeAdapter[AssignmentRequested] = TypeAdapter(AssignmentRequested)
