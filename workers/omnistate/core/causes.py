"""What an input is as the cause of a fact, and where it lies."""

from typing import Final

from omnistate.core.facts import Cause, InputPosition
from omnistate.core.input import Input

# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_CAUSE: Final = Cause
_POSITION: Final = InputPosition


def cause_of(input_: Input) -> Cause:
    """The cause that an input is."""
    return _CAUSE(input_.type, input_.id, input_.source, input_.actor_id)


def position_of(input_: Input) -> InputPosition:
    """Where the input lies."""
    return _POSITION(input_.topic, input_.partition, input_.offset)
