"""What the read API says of the router: why a conversation waits, and what waits in a queue.

As a router would decide at the moment of asking; whoever acts may know more already.
"""

from pydantic import Field

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.output_members import Count
from omnistate_schemas.read_answer import Answer, Seconds
from omnistate_schemas.vocabulary import (
    Detail,
    OverflowAction,
    OverflowCondition,
    RoutingObstacle,
    Status,
)


class EstimatedWait(Answer):
    """For how long it may still wait, by its place and by how many were taken up lately."""

    seconds: Seconds | None = Field(
        description="Seconds until it is taken up; null where there is nothing to go by."
    )
    how: str = Field(description="What it was estimated from.")


class PersonRouting(Answer):
    """Somebody who is in the queue, and the first thing that stands against them."""

    representative_id: Id = Field(description="The representative.")
    rank: Count = Field(description="Their rank in the queue, 1 the first.")
    preferred: bool = Field(description="The conversation prefers them.")
    obstacle: RoutingObstacle | None = Field(description="In a word; null: they could be given it.")
    says: str = Field(description="The same as a sentence, with the numbers it follows from.")


class OverflowRouting(Answer):
    """An overflow rule of the queue, and whether it holds."""

    number: Count = Field(description="Its place among the queue's rules, from 0.")
    when: OverflowCondition = Field(description="Its condition.")
    do: OverflowAction = Field(description="What is then done.")
    queue_id: Id | None = Field(description="Where it moves to; null where it closes.")
    holds: bool = Field(description="It holds now.")
    at: Time | None = Field(description="When it will hold, where that is a matter of time.")
    passed_over: str | None = Field(description="Why it is not for this conversation; else null.")
    says: str = Field(description="The same as a sentence.")


class ConversationRouting(Answer):
    """Why a conversation is not assigned, and who could be given it."""

    conversation_id: Id = Field(description="The conversation.")
    sequence: Count = Field(description="Of its last change.")
    status: Status = Field(description="Its status.")
    detail: Detail | None = Field(description="Its detail; null where there is none.")
    queue_id: Id | None = Field(description="The queue it is in; null: in none.")
    says: str = Field(description="Why, as a sentence.")
    place: Count | None = Field(description="Its place in the queue, from 1; null: it has none.")
    waiting: Count = Field(description="How many wait in the queue, it included.")
    people: list[PersonRouting] = Field(description="Everybody who is in the queue.")
    overflow: list[OverflowRouting] = Field(description="The overflow rules, the first one first.")
    wait: EstimatedWait | None = Field(description="Null where it does not wait.")


class WaitingRouting(Answer):
    """A conversation that waits, as the router sees it."""

    place: Count | None = Field(description="Its place, from 1; null: it is only picked.")
    conversation_id: Id = Field(description="The conversation.")
    sequence: Count = Field(description="Of its last change.")
    priority: Count = Field(description="Its priority, the higher the sooner.")
    queued_at: Time = Field(description="Since when it waits.")
    says: str = Field(description="Why, as a sentence.")
    people: dict[str, Count] = Field(
        description="How many people of the queue have what against them; `free`: nothing."
    )
    wait: EstimatedWait | None = Field(description="Null where it is only picked.")


class QueueRouting(Answer):
    """What waits in a queue, in the order in which it is given out, as much as was asked for."""

    queue_id: Id = Field(description="The queue.")
    waiting: Count = Field(description="How many conversations wait in it.")
    signed_in: Count = Field(description="How many of its people are signed in.")
    members: Count = Field(description="How many people are in it.")
    work: list[WaitingRouting] = Field(description="The first of what waits.")
