"""Why a partition does not move, or would not, as far as that is to be seen from outside; pure.

The words are those of a stopped partition, `StopReason`, where a worker would stop.
"""

from collections.abc import Mapping
from typing import NamedTuple

from omnistate.adapters.kafka.lag.group_lag import LagReason
from omnistate.stream.position import POSITIONS, Position, find_remade
from omnistate.stream.topology_parts import Group


class Whereabouts(NamedTuple):
    """How a group stands in a partition."""

    committed: int | None
    beginning: int
    end: int
    # The topic is another one than its position is of.
    remade: bool = False
    # What lies at the position cannot be read.
    unreadable: bool = False
    # A transaction has been open there for some time.
    held_up: bool = False


def find_reason(group: Group, where: Whereabouts) -> LagReason | None:
    """The first thing that is against it; None where nothing is, or it cannot be seen."""
    # Who may lose a little goes past whatever else it meets.
    if group.delivery == "exactly-once" and where.committed is not None:
        if where.remade:
            return "made_anew"
        if where.committed > where.end:
            return "truncated"
        if where.committed < where.beginning:
            return "deleted"
    # Others count what cannot be read, and leave it out.
    if where.unreadable and POSITIONS in group.tables:
        return "unreadable"
    return "open_transaction" if where.held_up else None


def is_remade(position: Position | None, topic: str, topic_ids: Mapping[str, str]) -> bool:
    """Whether a topic is another one of the same name than a position is of."""
    if position is None or topic not in (position.topic_ids or {}):
        return False
    alone = {topic: (position.topic_ids or {})[topic]}
    return find_remade(position._replace(topic_ids=alone), topic_ids) is not None
