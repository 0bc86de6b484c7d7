"""What the `data` of several outputs is made of, and their common base."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from omnistate_schemas.envelope import Id, Time
from omnistate_schemas.vocabulary import (
    HandlerKind,
    TimerName,
)

Count = Annotated[int, Field(ge=0)]


class Member(BaseModel):
    """Base of everything inside `data`: a member that is null or empty is left out.

    A reader ignores members that a later version adds.
    """

    model_config = ConfigDict(frozen=True, strict=True)


class Cause(Member):
    """The input, or the timer, that led to an output."""

    type: str = Field(description="The input's type, or `timer.<name>`.")
    id: Id | None = Field(default=None, description="The input's `id`; left out for a timer.")
    source: str | None = Field(
        default=None, description="The input's `source`; left out for a timer."
    )
    actor_id: str | None = Field(
        default=None,
        description="The representative or supervisor who acted; left out for everybody else.",
    )


class InputPosition(Member):
    """Where an input lies on its topic."""

    topic: str = Field(description="The topic, without an installation's prefix.")
    partition: Count = Field(description="The partition's number.")
    offset: Count = Field(description="The record's offset in the partition.")


class NextTimer(Member):
    """The earliest of a conversation's timers, those of holds aside."""

    name: TimerName = Field(description="Which timer it is.")
    at: Time = Field(description="When it fires, unless something ends or moves it.")


class Handler(Member):
    """Who talks with the customer."""

    kind: HandlerKind = Field(description="A representative, a bot or an external party.")
    id: str | None = Field(
        default=None, description="Which one; left out for the bot that a conversation began with."
    )
