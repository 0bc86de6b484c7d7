"""The kinds of workers that an installation runs: what each takes, and what it says that it runs.

Facts of the contract alone, and of `topics.yaml`; how they are run is the fleet's.
"""

from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    CHANNEL_EVENTS,
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
)

PARTITIONS: Final = 4


class Kind(NamedTuple):
    """One kind; its name is also its command's and its group's."""

    name: str
    # In the order in which they go where their records are of the same time.
    consumes: tuple[str, ...]
    # Whether it runs on partition tasks: it has a positions' changelog, and producers to fence.
    transactional: bool

    @property
    def runs(self) -> frozenset[str]:
        """What all of its workers together say that they run, when nothing is missing."""
        numbers = range(PARTITIONS)
        if self.transactional:
            return frozenset(map(str, numbers))
        return frozenset(f"{topic}/{number}" for topic in self.consumes for number in numbers)


CONVERSATION: Final = Kind("conversation", (CHANNEL_EVENTS, AGENT_ACTIONS), transactional=True)
REPRESENTATIVE: Final = Kind(
    "representative",
    (REPRESENTATIVE_PRESENCE, CAPACITY_CHANGES, ASSIGNMENT_REQUESTS),
    transactional=True,
)
PROJECTION: Final = Kind(
    "projection",
    (CONVERSATION_STATES, STATE_CHANGES, REPRESENTATIVE_CAPACITY),
    transactional=False,
)
# Each takes what those before it publish.
KINDS: Final = (CONVERSATION, REPRESENTATIVE, PROJECTION)
