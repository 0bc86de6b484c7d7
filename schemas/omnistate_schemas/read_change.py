"""A change of a conversation as a reader may find it: of this edition, or of edition 1.

Topics and stores keep what was published before an upgrade: nulls stood there, and what edition 2
added did not. Writers publish `state_change.StateChange`.
"""

from typing import Any, Literal

from pydantic import Field

from omnistate_schemas.envelope import Time
from omnistate_schemas.input_data import Priority
from omnistate_schemas.output_members import Count
from omnistate_schemas.outputs import Output
from omnistate_schemas.state_change import StateChange
from omnistate_schemas.vocabulary import Direction


def _perhaps(name: str) -> Any:
    """The member of that name, where it is there."""
    said = StateChange.model_fields[name].description
    return Field(default=None, description=f"{said} Null: published by edition 1.")


class ReadChange(StateChange):
    """A change; what edition 1 did not say is null where edition 1 published it."""

    occurred_at: Time | None = _perhaps("occurred_at")  # type: ignore[assignment]
    direction: Direction | None = _perhaps("direction")  # type: ignore[assignment]
    started_at: Time | None = _perhaps("started_at")  # type: ignore[assignment]
    left_waiting: bool | None = _perhaps("left_waiting")  # type: ignore[assignment]
    overflow_count: Count | None = _perhaps("overflow_count")  # type: ignore[assignment]
    priority: Priority | None = _perhaps("priority")  # type: ignore[assignment]
    units: Count | None = _perhaps("units")  # type: ignore[assignment]


class ReadStateChanged(Output):
    """A conversation changed, whichever edition says so."""

    type: Literal["conversation.state_changed"]
    data: ReadChange
