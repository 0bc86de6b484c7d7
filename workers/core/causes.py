"""What an input is as the cause of a fact, and where it lies."""

from workers.core.facts import Cause, Position
from workers.core.intake import Input


def cause_of(input_: Input) -> Cause:
    """The cause that an input is."""
    return Cause(input_.type, input_.id, input_.source, input_.actor_id)


def position_of(input_: Input) -> Position:
    """Where the input lies."""
    return Position(input_.topic, input_.partition, input_.offset)
