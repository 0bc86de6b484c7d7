"""What an input is as the cause of a fact, and where it lies."""

from typing import Final

from workers.core.facts import Cause, Position
from workers.core.intake import Input

# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_CAUSE: Final = Cause
_POSITION: Final = Position


def cause_of(input_: Input) -> Cause:
    """The cause that an input is."""
    return _CAUSE(input_.type, input_.id, input_.source, input_.actor_id)


def position_of(input_: Input) -> Position:
    """Where the input lies."""
    return _POSITION(input_.topic, input_.partition, input_.offset)
