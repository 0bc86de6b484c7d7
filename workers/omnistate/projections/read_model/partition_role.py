"""What a partition is read for, by what the store says of it and of its neighbour; pure.

Where conversations stand comes from `conversation-states`, the stream from
`conversation-state-changes`; each has an offset of its own. The stream of a partition number does
not begin before its states have. So an offset of changes without one of states is the mark of a
store that was kept from the changes alone, as it was before there were states. It is carried over:

1. the changes go on to be applied to model and stream alike, as before, while there are no states
2. once there are some, and the changes are applied to an end that was asked for after these were
   seen, the states' beginning is stored as their offset, in one step with the changes' offset
3. from there on the states are applied; what the model says already is no news, and what changes
   of workers from before had to say of conversations that were forgotten since is in the model
"""

from collections.abc import Mapping
from enum import Enum

from omnistate_schemas.vocabulary import (
    CONVERSATION_STATES,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from omnistate.projections.read_model.store_ports import TopicPartition


class Role(Enum):
    """What the records of a partition are applied to."""

    STATES = "the model"
    TOTALS = "representatives"
    STREAM = "the stream"
    CARRIED = "model and stream, until states take over"
    HELD = "nothing yet: its neighbour comes first"


def neighbour(place: TopicPartition) -> TopicPartition:
    """The partition of changes that belongs to one of states, and the other way round."""
    topic = STATE_CHANGES if place.topic == CONVERSATION_STATES else CONVERSATION_STATES
    return TopicPartition(topic, place.partition)


def role_of(place: TopicPartition, stored: Mapping[TopicPartition, int]) -> Role:
    """What a partition is read for at present."""
    if place.topic == REPRESENTATIVE_CAPACITY:
        return Role.TOTALS
    other = neighbour(place)
    if place.topic == CONVERSATION_STATES:
        return Role.HELD if place not in stored and other in stored else Role.STATES
    if other in stored:
        return Role.STREAM
    return Role.CARRIED if place in stored else Role.HELD
