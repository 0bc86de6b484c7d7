"""What representatives write up after a hand-over, as their holds of role `wrap_up` tell it; pure.

No change of a conversation says when it is over, so a hold's beginning and its end are put together
here. Holds have the engine's clock alone: when it happened is for whoever knows the step.
"""

from typing import Annotated, Final, NamedTuple

from omnistate_schemas.output_members import Cause
from omnistate_schemas.outputs import (
    CapacityDeclined,
    CapacityHeld,
    CapacityReleased,
    ConversationReminder,
    InputRecorded,
)
from omnistate_schemas.times import parse_time_ms
from pydantic import Field, TypeAdapter, ValidationError

from omnistate.projections.figures.change_reading import NoChange, refuse

# Its own timer: then it has lasted so long by the engine's clock, whatever else is known.
ENDED_BY_TIMER: Final = "W6"
# What the bytes of such a hold, and of an input that ends one, have in them: most records do not.
_HOLD: Final = b"wrap_up"
_ENDING: Final = (b"representative.close_session", b"conversation.wrapped_up")
_read_hold = TypeAdapter(
    Annotated[CapacityHeld | CapacityReleased | CapacityDeclined, Field(discriminator="type")]
).validate_json
_read_recorded = TypeAdapter(
    Annotated[InputRecorded | ConversationReminder, Field(discriminator="type")]
).validate_json


class Step(NamedTuple):
    """What one input, or one timer (no source, no id), does to a conversation at once."""

    conversation_id: str
    at_ms: int
    source: str | None
    id: str | None


class WrapUpHold(NamedTuple):
    """A hold of role `wrap_up` that has ended: whose it was, and both its steps."""

    hold_id: str
    representative_id: str
    began: Step
    ended: Step
    rule: str

    @property
    def length_ms(self) -> int:
        """How long it was by the engine's clock."""
        return max(self.ended.at_ms - self.began.at_ms, 0)


class WrapUpHolds:
    """Those that run; each is told of when it ends. An end whose beginning is gone is nothing."""

    def __init__(self) -> None:
        self._running: dict[str, Step] = {}

    def take(self, value: bytes | None) -> WrapUpHold | None:
        """The hold that a record of `capacity-changes` ends. Raises NoChange."""
        if value is None or _HOLD not in value:
            return None
        try:
            event = _read_hold(value)
            at_ms = parse_time_ms(event.time)
        except ValidationError as error:
            raise refuse(error) from None
        except ValueError:
            raise NoChange("time: no such day or hour") from None
        if event.type == "capacity.declined" or event.data.role != "wrap_up":
            return None
        held = event.data
        step = step_of(held.conversation_id, at_ms, held.cause)
        if event.type == "capacity.held":
            self._running[held.hold_id] = step
            return None
        began = self._running.pop(held.hold_id, None)
        return began and WrapUpHold(held.hold_id, held.representative_id, began, step, held.rule)

    def forget_before(self, at_ms: int) -> None:
        """Drop those that began before then and were never seen to end."""
        self._running = {id_: step for id_, step in self._running.items() if step.at_ms >= at_ms}


def read_end(value: bytes | None) -> tuple[Step, int] | None:
    """A step that may end a wrap-up, and when it happened (ms), as a record of `recorded-inputs`
    has it. Raises NoChange.
    """
    if value is None or not any(each in value for each in _ENDING):
        return None
    try:
        event = _read_recorded(value)
        at_ms, on_ms = parse_time_ms(event.time), parse_time_ms(event.data.occurred_at)
    except ValidationError as error:
        raise refuse(error) from None
    except ValueError:
        raise NoChange("time: no such day or hour") from None
    return step_of(event.data.conversation_id, at_ms, event.data.cause), on_ms


def step_of(conversation_id: str, at_ms: int, cause: Cause) -> Step:
    """The step that an output is of; `at_ms` is the output's time."""
    return Step(conversation_id, at_ms, cause.source, cause.id)
