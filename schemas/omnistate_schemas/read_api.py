"""What the read API answers: the read model as JSON, for boards, desktops and routers.

Everything is as of the moment of asking, and never authoritative: the topics are. Paths and
statuses are `openapi`'s.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.figure_members import describe_figures
from omnistate_schemas.listed_conversations import ElsewhereWork, ScheduledWork, Waiting
from omnistate_schemas.output_members import Count
from omnistate_schemas.presence import ProfileCapacity, RepresentativeCapacity
from omnistate_schemas.read_answer import Answer, Seconds
from omnistate_schemas.read_change import ReadChange
from omnistate_schemas.vocabulary import (
    Presence,
    PresenceReason,
    ProblemCode,
    Status,
    TimerName,
    WindowSpan,
)


class ConversationNow(ReadChange):
    """A conversation's last change. Closed, it is known for 24 hours."""

    changed_at: Time = Field(description="When it changed.")


class QueueNow(Answer):
    """A queue's open conversations; `queue_id` null stands for those that are in no queue."""

    queue_id: Id | None = Field(description="The queue; null: in none.")
    open: Count = Field(description="How many conversations are open in it.")
    oldest_seconds: Seconds | None = Field(
        description="For how many seconds the oldest of them has waited; null where none waits."
    )


class RepresentativeNow(Answer):
    """A representative: presence, capacity, and how many conversations they have."""

    representative_id: Id = Field(description="The representative.")
    presence: Presence = Field(description="The effective presence.")
    presence_reason: PresenceReason = Field(description="Where the effective presence comes from.")
    set_presence: Presence | None = Field(
        default=None,
        description="What somebody set last and still counts; null where capacity decides.",
    )
    assignable: bool = Field(description="A router may offer them work.")
    blocked_by_profile: bool = Field(description="A blocking profile is used up.")
    units: Count = Field(description="How many capacity units they have.")
    occupied_units: Count = Field(description="How many units are taken.")
    granted_units: Count = Field(
        default=0, description="How many the gate has given and nobody has taken or declined yet."
    )
    available_units: int = Field(
        description="Units left; negative where more are taken than there are."
    )
    profiles: dict[Id, ProfileCapacity] = Field(
        default={}, description="Slots by capacity profile."
    )
    changed_at: Time = Field(description="When presence or capacity changed last.")
    conversations: Count = Field(
        description="How many conversations that are not closed they are primary of."
    )
    offers: Count = Field(description="How many conversations are offered to them now.")


class RepresentativeWork(Answer):
    """What a representative has: their capacity, their conversations, their offers."""

    representative_id: Id = Field(description="The representative.")
    capacity: RepresentativeCapacity | None = Field(
        description="Null where the representative worker has said nothing of them."
    )
    conversations: list[Id] = Field(
        description="Conversations that are not closed they are primary of."
    )
    offers: list[Id] = Field(description="Conversations that are offered to them now.")


class FiguresRow(BaseModel):
    """Service figures of a workstream, in a queue or as a whole, in one window.

    The figures are numbers beside the members below; an average of nothing is null.
    """

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=describe_figures)

    window_seconds: Annotated[int, Field(gt=0)] = Field(
        description="How many seconds long the window is.", json_schema_extra={"x-unit": "seconds"}
    )
    span: WindowSpan = Field(
        description="The window that is running, or the last one that is over."
    )
    start: Time = Field(description="When the window began.")
    workstream_id: Id = Field(description="The workstream.")
    queue_id: str = Field(max_length=256, description="Empty for the whole workstream.")


class LagRow(Answer):
    """How far a group is behind in a partition."""

    group: str = Field(description="The consumer group: a worker's name.")
    topic: str = Field(description="The topic.")
    partition: Count = Field(description="The partition's number.")
    committed: int | None = Field(
        description="The offset up to which it has read; null where it has taken nothing yet."
    )
    end: Count = Field(description="The offset of the partition's end.")
    records: Count = Field(description="Records left to read; 0 where there is nothing left.")
    seconds: Seconds = Field(description="Age of the oldest record that was not taken, in seconds.")
    reason: str | None = Field(
        description="Why it does not move, in a word, as far as that is to be seen; else null."
    )


class LagNow(Answer):
    """Every group's lag, when it was measured last; at most once a second."""

    measured_at: Time | None = Field(description="Null before the first measurement.")
    partitions: list[LagRow] = Field(description="Each group in each of its partitions.")


class WorkerNow(Answer):
    """The worker that answers: whether it has caught up, and how its partitions stand."""

    ready: bool = Field(description="All its partitions are restored and running.")
    joined: bool = Field(description="It is a member of its group.")
    partitions: dict[str, str] = Field(
        description="By topic and partition: `running`, or how far it is restored."
    )


class QueueList(RootModel[list[QueueNow]]):
    """Queues that conversations are open in, by their ids, as many as were asked for."""


class RepresentativeList(RootModel[list[RepresentativeNow]]):
    """Representatives whose totals are known, by their ids, as many as were asked for."""


class FiguresList(RootModel[list[FiguresRow]]):
    """The figures worker's rows: the present window, and the last one that is over."""


class CountsNow(RootModel[dict[Id, dict[Status, Count]]]):
    """How many conversations are in each status, by workstream; `closed`: in the last 24 hours."""


class QueueTotals(Answer):
    """What is said of all queues that conversations are open in, whichever of them are shown."""

    known: Count = Field(description="How many there are; those in no queue count as one.")
    matching: Count = Field(description="How many of them have an id that was asked for.")
    open: Count = Field(description="How many conversations are open in all of them.")
    oldest: list[QueueNow] = Field(description="The four in which somebody waits the longest.")


class RepresentativeTotals(Answer):
    """What is said of all representatives, whoever of them is shown."""

    known: Count = Field(description="How many there are.")
    matching: Count = Field(description="How many of them were asked for.")
    signed_in: Count = Field(description="How many are there: their presence is not offline.")
    lost: Count = Field(description="How many are offline because their lease ran out.")
    assignable: Count = Field(description="How many may be offered work by a router.")
    over_limit: Count = Field(description="How many hold more units than they have.")
    most_over: list[Id] = Field(description="The three of these who hold most too many.")


class RunningWindow(Answer):
    """Somebody's connection has gone; where it is not back in time, something follows."""

    conversation_id: Id = Field(description="The conversation.")
    name: TimerName = Field(
        description="Whose window: `customer_reconnect` or `representative_reconnect`."
    )
    representative_id: Id | None = Field(
        description="Whoever is gone; of a customer's, whoever has the conversation, if anybody."
    )
    due_seconds: Seconds = Field(description="In how many seconds it is over.")


class WindowsNow(Answer):
    """The windows that run, as far as changes and recorded inputs tell: those that end next."""

    running: Count = Field(description="How many there are.")
    windows: list[RunningWindow] = Field(description="The first ten.")


class Overview(Answer):
    """Everything that a board shows."""

    generated_at: Time = Field(description="When it was read.")
    counts: CountsNow = Field(description="Conversations by workstream and status.")
    queues: list[QueueNow] = Field(description="Queues, as many as were asked for.")
    queue_totals: QueueTotals = Field(description="What is said of all queues.")
    waiting: list[Waiting] = Field(description="The ten that wait the longest, in any queue.")
    scheduled: ScheduledWork = Field(description="Scheduled conversations, the next ten.")
    with_bot: ElsewhereWork = Field(description="What bots have, the oldest ten.")
    with_external: ElsewhereWork = Field(description="What others outside have, the oldest ten.")
    windows: WindowsNow | None = Field(
        default=None,
        description="Reconnect windows; null where they were not asked for, or the topics have not "
        "been read yet.",
    )
    representatives: list[RepresentativeNow] = Field(
        description="Representatives, as many as were asked for."
    )
    representative_totals: RepresentativeTotals = Field(
        description="What is said of all representatives."
    )
    figures: list[FiguresRow] = Field(
        description="Service figures of workstreams; where asked for, of their queues as well."
    )
    lag: list[LagRow] = Field(description="Every group's lag.")
    lag_measured_at: Time | None = Field(
        description="When the lag was measured; null before the first measurement."
    )
    dead_letters: Count | None = Field(
        description="How many dead letters there are; null before the first measurement."
    )
    worker: WorkerNow = Field(description="The worker that answers.")


class Problem(Answer):
    """Why there is no other answer."""

    error: ProblemCode = Field(description="Why, for programs.")
    message: str = Field(description="Why, as a sentence for people.")


class Document(RootModel[dict[str, Any]]):
    """This description, as OpenAPI 3.1."""
