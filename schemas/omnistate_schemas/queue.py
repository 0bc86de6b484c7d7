"""The configuration of a queue: how its waiting work is given out, and what overflows from it.

Durations are seconds. What a key does is the router's business, in `omnistate.core.router`.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from omnistate_schemas.configured import Configuration, Misplaced, Seconds, refuse
from omnistate_schemas.envelope import Id
from omnistate_schemas.operating_hours import OperatingHours
from omnistate_schemas.vocabulary import OverflowAction, OverflowCondition, RoutingMethod

PRIORITY_MAX: Final = 100
RANK_MAX: Final = 100
DECLINES_MAX: Final = 100
CONVERSATIONS_MAX: Final = 1_000_000
Priority = Annotated[int, Field(ge=0, le=PRIORITY_MAX)]
Rank = Annotated[int, Field(ge=1, le=RANK_MAX)]
# What a rule needs beside its condition or its action; to any other it says nothing.
_NEEDED: Final = {"longer_than": "conversations", "waited": "seconds", "move": "queue_id"}


def _forbid(word: str, key: str) -> list[JsonDict]:
    """The same as JSON Schemas that no rule may match: the word without the key, and the key alone.

    Not as `if` in `allOf`: generators of clients take that for a type without a name.
    """
    member = "do" if word == "move" else "when"
    return [
        {"properties": {member: {"const": word}, key: {"type": "null"}}, "required": [member]},
        {
            "properties": {member: {"not": {"const": word}}, key: {"not": {"type": "null"}}},
            "required": [member, key],
        },
    ]


class OverflowRule(Configuration):
    """A condition, and what is done with a conversation for which it is the first that holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"when": "waited", "seconds": 300, "do": "move", "queue_id": "second"}],
            "not": {
                "anyOf": [each for word, key in _NEEDED.items() for each in _forbid(word, key)]
            },
        }
    )

    when: OverflowCondition = Field(
        description="closed: it came outside the operating hours; longer_than: so many "
        "`conversations` or more that came before it still wait; waited: so many `seconds` in this "
        "queue; nobody: nobody who is in this queue is signed in."
    )
    do: OverflowAction = Field(
        description="move: to `queue_id`; close: it is over. Records are never closed."
    )
    conversations: Annotated[int, Field(ge=1, le=CONVERSATIONS_MAX)] | None = Field(
        default=None, description="For longer_than alone: how many."
    )
    seconds: Seconds | None = Field(
        default=None, description="For waited alone: after how many seconds."
    )
    queue_id: Id | None = Field(default=None, description="For move alone: where to.")

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        refuse(
            Misplaced((key,), f"{key} is for {word} alone")
            for word, key in _NEEDED.items()
            if word not in (self.when, self.do) and getattr(self, key) is not None
        )
        for word, key in _NEEDED.items():
            if word in (self.when, self.do) and getattr(self, key) is None:
                raise ValueError(f"{word} needs {key}")
        return self


class Queue(Configuration):
    """A place where open work waits for the people who are in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {},
                {
                    "service_level_threshold": 30,
                    "priority": 10,
                    "widen_after": 30,
                    "overflow": [{"when": "nobody", "do": "close"}],
                },
            ]
        }
    )

    service_level_threshold: Seconds = Field(
        default=20,
        description="Within how many seconds a conversation should be accepted once it is open.",
    )
    priority: Priority = Field(
        default=0, description="Of queues against each other: the higher the sooner."
    )
    widen_after: Seconds = Field(
        default=0,
        description="Seconds in this queue after which each further rank may be asked, too; 0: all "
        "at once.",
    )
    method: RoutingMethod = Field(
        default="highest_capacity", description="Who of equal rank is asked first."
    )
    relax_skills_after: Seconds | None = Field(
        default=None,
        description="Seconds in this queue after which `attributes.skills` no longer count; null: "
        "they always do.",
    )
    max_declines: Annotated[int, Field(ge=1, le=DECLINES_MAX)] = Field(
        default=3,
        description="After so many declines in this queue it is offered to nobody any more.",
    )
    operating_hours: OperatingHours | None = Field(
        default=None, description="When it is open; left out or null: always."
    )
    overflow: list[OverflowRule] = Field(
        default=[], description="What overflows from it: the first rule that holds."
    )


def find_overflow_circle(queues: Mapping[str, Queue]) -> list[str]:
    """Queues that overflow into each other, in order, the first one again at the end; or nothing.

    Of several circles it is one that the first queue of them leads to.
    """
    done: set[str] = set()
    for start in queues:
        path = [start]
        # Of each queue on the path, those that it overflows into and that are not followed yet.
        ahead = [list_overflow_targets(queues[start])]
        while path:
            if not ahead[-1]:
                ahead.pop()
                done.add(path.pop())
                continue
            target = ahead[-1].pop(0)
            if target in path:
                return [*path[path.index(target) :], target]
            if target in queues and target not in done:
                path.append(target)
                ahead.append(list_overflow_targets(queues[target]))
    return []


def list_overflow_targets(queue: Queue) -> list[str]:
    """The queues into which a queue overflows, each once, in the order of its rules."""
    targets = (rule.queue_id for rule in queue.overflow)
    return list(dict.fromkeys(target for target in targets if target is not None))
