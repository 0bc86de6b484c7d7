"""What the read API answers: the read model as JSON, for boards, desktops and routers.

Everything is as of the moment of asking, and never authoritative: the topics are.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.outputs import Count, StateChange
from omnistate_schemas.presence import (
    Presence,
    PresenceReason,
    ProfileCapacity,
    RepresentativeCapacity,
)
from omnistate_schemas.vocabulary import Status

Seconds = Annotated[float, Field(ge=0)]


class Answer(BaseModel):
    """Base of every answer. A reader ignores members that a later version adds."""

    model_config = ConfigDict(frozen=True, strict=True)


class ConversationNow(StateChange):
    """A conversation's last change. Closed, it is known for 24 hours."""

    changed_at: Time


class QueueNow(Answer):
    """A queue's open conversations; `queue_id` null stands for those that are in no queue."""

    queue_id: Id | None
    open: Count
    oldest_seconds: Seconds | None = Field(description="Null where nobody waits.")


class Waiting(Answer):
    """A conversation that is open in a queue."""

    conversation_id: Id
    open_since: Time = Field(description="When it became open, in whichever queue that was.")
    age_seconds: Seconds


class QueueWork(Answer):
    """A queue's open conversations, oldest first, as many as were asked for; null is no queue."""

    queue_id: Id | None
    open: Count = Field(description="All of them.")
    conversations: list[Waiting]


class RepresentativeNow(Answer):
    """A representative: presence, capacity, and how many conversations he has."""

    representative_id: Id
    presence: Presence
    presence_reason: PresenceReason
    set_presence: Presence | None
    assignable: bool
    blocked_by_profile: bool
    units: Count
    occupied_units: Count
    available_units: int = Field(description="May be negative.")
    profiles: dict[Id, ProfileCapacity]
    changed_at: Time
    conversations: Count = Field(description="That he is primary of, not closed.")
    offers: Count


class RepresentativeWork(Answer):
    """What a representative has: his capacity, his conversations, his offers."""

    representative_id: Id
    capacity: RepresentativeCapacity | None = Field(
        description="Null where the representative worker has said nothing of him."
    )
    conversations: list[Id] = Field(description="That he is primary of, not closed.")
    offers: list[Id] = Field(description="That he is offered now.")


class FiguresRow(BaseModel):
    """Service figures of a workstream, in a queue or as a whole; members beside these are numbers.

    Durations are in seconds; an average of nothing is null.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        json_schema_extra={"additionalProperties": {"type": ["number", "null"]}},
    )

    window_seconds: Annotated[int, Field(gt=0)]
    span: Literal["current", "previous"]
    start: Time
    workstream_id: Id
    queue_id: str = Field(max_length=256, description="Empty for the whole workstream.")


class LagRow(Answer):
    """How far a group is behind in a partition."""

    group: str
    topic: str
    partition: Count
    committed: int | None = Field(description="Null where the group has taken nothing yet.")
    end: Count
    records: Count = Field(description="0 where there is nothing left to read.")
    seconds: Seconds = Field(description="Age of the oldest record that was not taken.")


class LagNow(Answer):
    """Every group's lag, when it was measured last; at most once a second."""

    measured_at: Time | None = Field(description="Null before the first measurement.")
    partitions: list[LagRow]


class WorkerNow(Answer):
    """The worker that answers: whether it has caught up, and how its partitions stand."""

    ready: bool
    joined: bool
    partitions: dict[str, str] = Field(description="`running`, or how far it is restored.")


class QueueList(RootModel[list[QueueNow]]):
    """Every queue that a conversation has been open in."""


class RepresentativeList(RootModel[list[RepresentativeNow]]):
    """Every representative that the representative worker has said something of."""


class FiguresList(RootModel[list[FiguresRow]]):
    """The figures worker's rows: the present window, and the last one that is over."""


class CountsNow(RootModel[dict[Id, dict[Status, Count]]]):
    """How many conversations are in each status, by workstream; `closed`: in the last 24 hours."""


class Overview(Answer):
    """Everything that a board shows."""

    generated_at: Time
    counts: CountsNow
    queues: list[QueueNow]
    representatives: list[RepresentativeNow]
    figures: list[FiguresRow]
    lag: list[LagRow]
    lag_measured_at: Time | None
    dead_letters: Count | None = Field(description="Null before the first measurement.")
    worker: WorkerNow


class Problem(Answer):
    """Why there is no other answer."""

    error: Literal[
        "invalid_parameter",
        "method_not_allowed",
        "not_found",
        "too_many_streams",
        "unauthorized",
        "unavailable",
    ]
    message: str


class Document(RootModel[dict[str, Any]]):
    """This description, as OpenAPI 3.1."""
