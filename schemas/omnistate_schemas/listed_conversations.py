"""Conversations that nobody of ours has, as the read API lists them.

They wait, are scheduled, or are with a bot or somebody outside. A conversation's last change has
the rest: `read_api.ConversationNow`.
"""

from pydantic import Field

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.explained_routing import WaitingRouting
from omnistate_schemas.input_data import Attribute, Priority
from omnistate_schemas.output_members import Count, Handler, NextTimer
from omnistate_schemas.read_answer import Answer, Seconds
from omnistate_schemas.vocabulary import Channel, Direction, Reason


class ListedConversation(Answer):
    """What is said of each. Edition 1 published neither direction nor priority: null."""

    conversation_id: Id = Field(description="The conversation.")
    workstream_id: Id | None = Field(default=None, description="As it was started.")
    channel: Channel | None = Field(default=None, description="As it was started.")
    direction: Direction | None = Field(default=None, description="Who began the conversation.")
    queue_id: Id | None = Field(default=None, description="Its queue; null: in none.")
    priority: Priority | None = Field(default=None, description="The higher the sooner.")
    attributes: dict[str, Attribute] = Field(
        default={}, description="What a router or a report needs, as it was given."
    )
    next_timer: NextTimer | None = Field(
        default=None,
        description="Its next timer as of its last change, such as a window that runs.",
    )


class Waiting(ListedConversation):
    """A conversation that is open in a queue."""

    open_since: Time = Field(
        description="Since when it waits for somebody, in whichever queue that began."
    )
    age_seconds: Seconds = Field(description="For how many seconds it has waited.")
    queue_since: Time | None = Field(
        default=None, description="Since when it waits in this very queue."
    )
    rule: str | None = Field(
        default=None, description="The rule of its last change, such as `A3`: why it waits."
    )
    reason: Reason | None = Field(default=None, description="The reason of its status.")
    decline_count: Count | None = Field(
        default=None, description="How often it was declined since `queue_since`."
    )
    decline_reason: str | None = Field(
        default=None, description="Why they declined, where that was its last change."
    )
    overflow_count: Count | None = Field(
        default=None, description="How often it was moved because of overflow."
    )
    skipped_representative_ids: list[Id] = Field(
        default=[], description="Who declined or left it and should not be offered it again."
    )
    routing: WaitingRouting | None = Field(
        default=None,
        description="What a router makes of it now; null where an overview was not asked for it, "
        "the topics have not been read yet, or a router leaves it alone.",
    )


class Scheduled(ListedConversation):
    """A conversation that becomes open at its time."""

    scheduled_for: Time = Field(description="When that is.")
    due_seconds: float = Field(
        description="In how many seconds; below zero: it should be open by now.",
        json_schema_extra={"x-unit": "seconds"},
    )


class Elsewhere(ListedConversation):
    """A conversation that a bot or somebody outside has."""

    handler: Handler | None = Field(default=None, description="Who has it.")
    since: Time = Field(description="Since when.")
    age_seconds: Seconds = Field(description="For how many seconds.")


class QueueWork(Answer):
    """A queue's open conversations, oldest first, as many as were asked for."""

    queue_id: Id | None = Field(description="The queue; null: in none.")
    open: Count = Field(description="How many there are, those that were not asked for included.")
    conversations: list[Waiting] = Field(description="The oldest of them.")


class ScheduledWork(Answer):
    """Scheduled conversations, the next one first, as many as were asked for."""

    scheduled: Count = Field(
        description="How many there are, those that were not asked for included."
    )
    conversations: list[Scheduled] = Field(description="The next of them.")


class ElsewhereWork(Answer):
    """Conversations that bots have, or others outside, the oldest first."""

    active: Count = Field(description="How many there are, those that were not asked for included.")
    conversations: list[Elsewhere] = Field(description="The oldest of them.")
