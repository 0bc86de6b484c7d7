"""Which partitions of the conversation worker a fault touches; pure, but for what it is told.

- A fault of a worker: those that the worker owned, or was given; of everybody's, all of them.
- A fault of nodes: those that need one of them: whatever such a node leads of their inputs, outputs
  and changelogs, or coordinates of their transactions. The group's coordinator and any partition of
  `capacity-changes`, where each of them may have to write, are needed by all.
- A fault of data: the partition that it is put in, or all of a topic.
- A fault of Redis, of another kind of worker, or of records that stop nothing: none.
"""

from collections.abc import Collection, Mapping
from typing import Final

from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    CONVERSATION_STATES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    STATE_CHANGES,
)

from tests.chaos.worker_kinds import CONVERSATION, PARTITIONS
from tests.harness.topics import Place

EVERY: Final = frozenset(range(PARTITIONS))
GROUPS, TRANSACTIONS = "__consumer_offsets", "__transaction_state"
CHANGELOGS: Final = tuple(
    f"{CONVERSATION.name}-{table}-changelog"
    for table in ("conversations", "counters", "settings", "positions")
)
# What a partition needs under its own number.
OWN: Final = (
    *CONVERSATION.consumes,
    STATE_CHANGES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    CONVERSATION_STATES,
    *CHANGELOGS,
)


def java_hash(text: str) -> int:
    """Java's hash of a string, without its sign: how Kafka picks a coordinator's partition."""
    found = 0
    for letter in text:
        found = (31 * found + ord(letter)) & 0xFFFFFFFF
    return found & 0x7FFFFFFF


def needed_by(number: int, prefix: str, counts: Mapping[str, int]) -> set[Place]:
    """The places that a partition cannot do without; `counts` are of all topics, by full name."""
    name = f"{prefix}{CONVERSATION.name}"
    shared = f"{prefix}{CAPACITY_CHANGES}"
    return {
        *((f"{prefix}{topic}", number) for topic in OWN),
        *((shared, each) for each in range(counts[shared])),
        (GROUPS, java_hash(name) % counts[GROUPS]),
        (TRANSACTIONS, java_hash(f"{name}-{number}") % counts[TRANSACTIONS]),
    }


def touched_by_nodes(
    nodes: Collection[int], prefix: str, leaders: Mapping[Place, int]
) -> frozenset[int]:
    """The partitions that need one of these nodes; `leaders` are of all topics, by full name."""
    counts: dict[str, int] = {}
    for topic, number in leaders:
        counts[topic] = max(counts.get(topic, 0), number + 1)
    return frozenset(
        number
        for number in range(PARTITIONS)
        if any(leaders.get(place) in nodes for place in needed_by(number, prefix, counts))
    )
